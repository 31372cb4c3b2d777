//go:build !linux

package supervise

import "context"

// descendant is a process below the app, which cannot be watched here.
type descendant struct{ buried *Status }

// Run returns when ctx ends: there is no way here to watch what is not our own
// child.
func (w *Workers) Run(ctx context.Context, _ *Process) { <-ctx.Done() }
