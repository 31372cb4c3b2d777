require "nope/not/there"
