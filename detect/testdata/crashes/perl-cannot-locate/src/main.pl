use Nope::Module; 1;
