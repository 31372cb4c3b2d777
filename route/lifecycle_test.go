package route

import (
	"reflect"
	"testing"
	"time"

	"github.com/logwrap/logwrap/capture"
	"github.com/logwrap/logwrap/detect"
)

func TestReadLifecycle(t *testing.T) {
	ends := detect.Exit{
		Code: 137, Signal: "SIGKILL", Crashed: true, PID: 7, Restarts: 2,
		Stop:     detect.Stop{Requested: true, Signal: "SIGTERM", Reason: "signal", PID: 12, Sender: "kubelet"},
		OOM:      detect.OOM{Killed: true, Before: 0, After: 1, Source: "/sys/fs/cgroup/memory.events", Limit: 64 << 20},
		Duration: 1500 * time.Millisecond, MaxRSS: 60 << 20, UserCPU: 40 * time.Millisecond, SystemCPU: 3 * time.Millisecond,
	}
	tests := []struct {
		name, text string
		level      detect.Level
		want       detect.Record // its Exit, Hang and Loop
	}{
		{"end", `{"event":"end","pid":7,"exit_code":137,"crashed":true,"signal":"SIGKILL","core_dumped":false,"duration_ms":1500,
			"max_rss_bytes":62914560,"cpu_user_ms":40,"cpu_system_ms":3,"stop_requested":true,"stop_signal":"SIGTERM","stop_reason":"signal",
			"stop_sender_pid":12,"stop_sender":"kubelet","restarts":2,"oom":true,"oom_kills_before":0,"oom_kills_after":1,
			"oom_source":"/sys/fs/cgroup/memory.events","memory_limit_bytes":67108864}`, detect.Critical, detect.Record{Exit: &ends}},
		{"end without its event", `{"msg":"app exited with code 3","pid":7,"exit_code":3,"crashed":true}`, detect.Critical,
			detect.Record{Exit: &detect.Exit{Code: 3, Crashed: true, PID: 7}}},
		{"clean end", `{"event":"end","exit_code":0,"crashed":false}`, detect.Info, detect.Record{Exit: &detect.Exit{}}},
		{"a time limit makes any code a crash", `{"event":"end","exit_code":0,"crashed":false,"timed_out":true,"timeout_ms":30000,"stop_reason":"timeout"}`, detect.Info,
			detect.Record{Exit: &detect.Exit{Crashed: true, TimedOut: true, Timeout: 30 * time.Second, Stop: detect.Stop{Reason: "timeout"}}}},
		{"ended by a dump", `{"event":"end","exit_code":2,"crashed":true,"hung":true,"silent_ms":60000}`, detect.Critical,
			detect.Record{Exit: &detect.Exit{Code: 2, Crashed: true, Hung: true, Silent: time.Minute}}},
		{"worker", `{"event":"worker","pid":17,"parent_pid":7,"app_pid":7,"command":"gunicorn","worker":true,"signal":"SIGSEGV","exit_code":139,"core_dumped":true}`, detect.Error,
			detect.Record{Exit: &detect.Exit{Code: 139, Signal: "SIGSEGV", CoreDumped: true, Crashed: true, PID: 17,
				Worker: &detect.Worker{PID: 17, Parent: 7, Command: "gunicorn", Same: true}}}},
		{"worker that is no event", `{"event":"worker","pid":17,"exit_code":1}`, detect.Info,
			detect.Record{Exit: &detect.Exit{Code: 1, PID: 17, Worker: &detect.Worker{PID: 17}}}},
		{"lost", `{"event":"lost","pid":7,"command":"app","exit_code":137,"signal":"SIGKILL","crashed":true,"last_seen":"2026-11-22T11:07:17.5Z","oom":true,
			"memory_used_bytes":60817408,"memory_limit_bytes":67108864,"rebooted":true,"duration_ms":1000}`, detect.Critical,
			detect.Record{Exit: &detect.Exit{Code: 137, Signal: "SIGKILL", Crashed: true, PID: 7, Command: "app", Duration: time.Second,
				OOM:  detect.OOM{Killed: true, Limit: 64 << 20},
				Lost: &detect.Lost{LastSeen: time.Date(2026, 11, 22, 11, 7, 17, 5e8, time.UTC), Rebooted: true, MemoryUsed: 58 << 20}}}},
		{"hang", `{"event":"hang","pid":7,"silent_ms":60000,"state":"S (sleeping)","wait_channel":"futex_wait","threads":4,"cpu_user_ms":1,"cpu_system_ms":2,"rss_bytes":3,"dump_signal":"SIGQUIT"}`, detect.Error,
			detect.Record{Hang: &detect.Hang{PID: 7, Silent: time.Minute, State: "S (sleeping)", WaitChannel: "futex_wait", Threads: 4,
				UserCPU: time.Millisecond, SystemCPU: 2 * time.Millisecond, RSS: 3, DumpSignal: "SIGQUIT"}}},
		{"crash loop", `{"event":"crash_loop","restarts":5,"exit_code":1}`, detect.Critical, detect.Record{Loop: &detect.Loop{Restarts: 5, Code: 1}}},
		{"restart", `{"event":"restart","restarts":5,"delay_ms":10,"exit_code":1}`, detect.Warning, detect.Record{}},
		{"start", `{"event":"start","pid":7}`, detect.Info, detect.Record{}},
		{"an event of a later version", `{"event":"nap","exit_code":1,"crashed":true}`, detect.Info, detect.Record{}},
		{"end without a code", `{"event":"end","pid":7}`, detect.Info, detect.Record{}},
		{"values of another type", `{"event":"end","exit_code":1,"crashed":true,"signal":9,"oom_kills_after":-1,"timeout_ms":"long","stop_sender":["x"],"pid":7}`, detect.Critical,
			detect.Record{Exit: &detect.Exit{Code: 1, Crashed: true, PID: 7}}},
		{"a time that is none", `{"event":"lost","exit_code":137,"last_seen":"yesterday"}`, detect.Critical,
			detect.Record{Exit: &detect.Exit{Code: 137, Crashed: true, Lost: &detect.Lost{}}}},
		{"a duration beyond all", `{"event":"hang","silent_ms":9223372036854775807}`, detect.Error,
			detect.Record{Hang: &detect.Hang{Silent: 9223372036854 * time.Millisecond}}},
		{"half a line", `{"event":"end","exit_code":1`, detect.Critical, detect.Record{}},
		{"no JSON", `app exited with code 1`, detect.Info, detect.Record{}},
		{"empty", ``, detect.Info, detect.Record{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := detect.Record{Stream: capture.Lifecycle, Level: tt.level, Text: []byte(tt.text)}
			readLifecycle(&r)
			if !reflect.DeepEqual(r.Exit, tt.want.Exit) {
				t.Errorf("exit\n got %+v\nwant %+v", r.Exit, tt.want.Exit)
			}
			if !reflect.DeepEqual(r.Hang, tt.want.Hang) || !reflect.DeepEqual(r.Loop, tt.want.Loop) {
				t.Errorf("hang %+v, loop %+v, want %+v, %+v", r.Hang, r.Loop, tt.want.Hang, tt.want.Loop)
			}
		})
	}
}

// TestAlarmsGoToEveryHandlerOfEvents checks that no level keeps such a record back.
func TestAlarmsGoToEveryHandlerOfEvents(t *testing.T) {
	tree, err := NewTree(nil, []Handler{{Name: "events", Events: true, Level: detect.Emergency}, {Name: "all"}}, Defaults{})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		`{"event":"worker","pid":1,"exit_code":139,"signal":"SIGSEGV"}`: true,
		`{"event":"hang","silent_ms":1}`:                                true,
		`{"event":"crash_loop","restarts":1}`:                           true,
		`{"event":"lost","exit_code":137}`:                              true,
		`{"event":"end","exit_code":1,"crashed":true}`:                  true,
		`{"event":"end","exit_code":1,"crashed":false}`:                 false,
		`{"event":"restart","exit_code":1}`:                             false,
	} {
		r := detect.Record{Stream: capture.Lifecycle, Level: detect.Error, Text: []byte(text)}
		readLifecycle(&r)
		if got := tree.Route(&r).Has(0); got != want {
			t.Errorf("%s: goes to the handler of events: %t", text, got)
		}
	}
}

func FuzzReadLifecycle(f *testing.F) {
	for _, s := range []string{`{"event":"end","exit_code":1,"crashed":true,"oom":true,"oom_kills_after":18446744073709551615}`,
		`{"event":"hang","silent_ms":-5,"threads":1e9}`, `{"event":"lost","exit_code":137,"last_seen":"2026-11-22T11:07:17Z"}`,
		`{"event":"worker","exit_code":null}`, `{"event":"crash_loop","exit_code":1.5}`, `[]`, `null`, `{"event":{"event":"end"}}`} {
		f.Add([]byte(s), uint8(40))
	}
	f.Fuzz(func(t *testing.T, text []byte, level uint8) {
		r := detect.Record{Stream: capture.Lifecycle, Level: detect.Level(level), Text: text}
		readLifecycle(&r)
		facts := 0
		if r.Exit != nil {
			facts++
			if r.Exit.Reason() == "" || r.Exit.Duration < 0 || r.Exit.Worker != nil && r.Exit.Lost != nil {
				t.Errorf("%q: %+v", text, r.Exit)
			}
		}
		if r.Hang != nil {
			facts++
			if r.Hang.Reason() == "" || r.Hang.Silent < 0 {
				t.Errorf("%q: %+v", text, r.Hang)
			}
		}
		if r.Loop != nil {
			facts++
		}
		if facts > 1 || facts == 0 && r.Alarming() {
			t.Errorf("%q tells of %d things", text, facts)
		}
	})
}
