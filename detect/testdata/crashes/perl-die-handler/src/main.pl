$SIG{__DIE__} = sub { require Carp; Carp::confess(@_) };
sub a { b(1, "x") } sub b { my %h; $h{x}->foo } a();