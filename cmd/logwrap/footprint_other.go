//go:build !linux

package main

// releaseProgram gives back the pages of the program that only the start needed,
// where there is a way to.
func releaseProgram() {}
