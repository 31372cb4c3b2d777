use strict; use warnings;
my %h;
my $s = "a" . $h{x};
warn "careful";
open(my $in, '<', $0) or die; my $l = <$in>;
sub check { my $n = shift; $! = 0; die "bad row $n" if $n > 2 }
check($_) for 1 .. 5;
