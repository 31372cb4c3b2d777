./c1 segv
./c1 div
