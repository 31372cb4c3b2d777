//go:build !race

package supervise

// raceDetector is whether this program needs gigabytes of address space.
const raceDetector = false
