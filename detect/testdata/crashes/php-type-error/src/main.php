<?php
function t(int $x) { return $x; }
function call(array $a) { return array_map("t", $a); }
call(["abc"]);
