package sentry

import (
	"strings"

	"github.com/logwrap/logwrap/detect"
)

// pythonType splits the name of a class behind its module. Where the module is
// left out, as that of the script is, a class in a class looks like a module.
func pythonType(x *detect.Exception) (typ, module string) {
	outer, _, _ := strings.Cut(x.Module, ".")
	if outer != "" && outer[0] >= 'A' && outer[0] <= 'Z' && strings.ToUpper(outer) != outer {
		return x.Module + "." + x.Type, ""
	}
	return strings.TrimPrefix(x.Type, x.Module+"."), x.Module
}

// pythonBuiltins are the exceptions of the module builtins, up to Python 3.14.
const pythonBuiltins = " ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError " +
	"BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError " +
	"ConnectionResetError DeprecationWarning EOFError EncodingWarning EnvironmentError Exception ExceptionGroup FileExistsError " +
	"FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError ImportWarning IndentationError IndexError " +
	"InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError " +
	"NotADirectoryError NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError ProcessLookupError " +
	"PythonFinalizationError RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration " +
	"StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError TypeError UnboundLocalError " +
	"UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning ZeroDivisionError "

func isPythonBuiltin(name string) bool {
	return strings.Contains(pythonBuiltins, " "+name+" ")
}
