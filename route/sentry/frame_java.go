package sentry

import "strings"

// nameJava splits "com.shop.Main$Till.price" before the method. Where the trace
// says "Native Method", the JDK's classes have a file nevertheless, and the SDK
// names it.
func nameJava(out *frame) {
	splitFunction(out, strings.LastIndexByte(out.Function, '.'))
	if out.Filename != "" || !strings.HasPrefix(out.Module, "java.") && !strings.HasPrefix(out.Module, "jdk.") && !strings.HasPrefix(out.Module, "sun.") {
		return
	}
	class, _, _ := strings.Cut(out.Module[strings.LastIndexByte(out.Module, '.')+1:], "$")
	out.Filename = class + ".java"
}
