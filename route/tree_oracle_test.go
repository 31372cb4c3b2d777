package route

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"

	"github.com/logwrap/logwrap/detect"
)

var updateOracle = flag.Bool("update-logging-oracle", false, "ask CPython again and rewrite testdata/logging_oracle.json")

const oracleFile = "testdata/logging_oracle.json"

// The scenarios that CPython's logging answers, see testdata/logging_oracle.py.
type (
	oracleFilter struct {
		Logger *string       `json:"logger,omitempty"`
		Level  *detect.Level `json:"level,omitempty"`
	}
	oracleHandler struct {
		Level   detect.Level   `json:"level"`
		Filters []oracleFilter `json:"filters,omitempty"`
	}
	oracleLogger struct {
		Name      string         `json:"name"`
		Level     detect.Level   `json:"level"`
		Propagate bool           `json:"propagate"`
		Handlers  []int          `json:"handlers,omitempty"`
		Filters   []oracleFilter `json:"filters,omitempty"`
	}
	oracleRecord struct {
		Logger string       `json:"logger"`
		Level  detect.Level `json:"level"`
		Want   []int        `json:"want"`
	}
	oracleScenario struct {
		Loggers  []oracleLogger  `json:"loggers"`
		Handlers []oracleHandler `json:"handlers"`
		Records  []oracleRecord  `json:"records"`
	}
)

// TestTreeEqualsRecordedLogging compares with what CPython answered when the
// file was recorded.
func TestTreeEqualsRecordedLogging(t *testing.T) {
	if *updateOracle {
		answers := askPython(t, makeScenarios(rand.New(rand.NewPCG(1, 2))))
		if err := os.WriteFile(oracleFile, append(bytes.ReplaceAll(answers, []byte(`{"loggers"`), []byte("\n"+`{"loggers"`)), '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	recorded, err := os.ReadFile(oracleFile)
	if err != nil {
		t.Fatal(err)
	}
	if cases := checkScenarios(t, recorded); cases < 2000 {
		t.Errorf("%d cases, want at least 2000", cases)
	}
}

// TestTreeEqualsLogging asks the CPython at hand about new random scenarios.
func TestTreeEqualsLogging(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3 here; TestTreeEqualsRecordedLogging holds the tree against its recorded answers")
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	checkScenarios(t, askPython(t, makeScenarios(rand.New(rand.NewPCG(seed, 0)))))
}

func askPython(t *testing.T, scenarios []oracleScenario) []byte {
	t.Helper()
	question, err := json.Marshal(scenarios)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "testdata/logging_oracle.py")
	cmd.Stdin = bytes.NewReader(question)
	cmd.Stderr = os.Stderr
	answers, err := cmd.Output()
	if err != nil {
		t.Fatalf("python3: %v", err)
	}
	return answers
}

func checkScenarios(t *testing.T, answers []byte) (cases int) {
	t.Helper()
	var scenarios []oracleScenario
	if err := json.Unmarshal(answers, &scenarios); err != nil {
		t.Fatal(err)
	}
	reached := 0
	for i, s := range scenarios {
		tree := s.tree(t)
		for _, r := range s.Records {
			var want Set
			for _, h := range r.Want {
				want |= 1 << h
			}
			got := tree.Route(&detect.Record{Logger: []byte(r.Logger), Level: r.Level})
			if got != want {
				setup, _ := json.Marshal(s.Loggers)
				t.Errorf("scenario %d, logger %q, level %d: handlers %b, CPython %b\nloggers %s", i, r.Logger, r.Level, got, want, setup)
			}
			if want != 0 {
				reached++
			}
			cases++
		}
	}
	if reached < cases/4 || reached > cases*9/10 {
		t.Errorf("%d of %d records reached a handler: the scenarios show too little", reached, cases)
	}
	return cases
}

func (s oracleScenario) tree(t *testing.T) *Tree {
	t.Helper()
	var loggers []Logger
	for _, l := range s.Loggers {
		loggers = append(loggers, Logger{l.Name, l.Level, oracleFilters(t, l.Filters), l.Handlers, l.Propagate})
	}
	var handlers []Handler
	for i, h := range s.Handlers {
		handlers = append(handlers, Handler{Name: strconv.Itoa(i), Level: h.Level, Filters: oracleFilters(t, h.Filters)})
	}
	tree, err := NewTree(loggers, handlers, Defaults{})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func oracleFilters(t *testing.T, specs []oracleFilter) (filters []Filter) {
	t.Helper()
	for _, spec := range specs {
		c := Condition{"logger", ""}
		if spec.Logger != nil {
			c.Value = *spec.Logger
		} else {
			c = Condition{"level", fmt.Sprintf(">=%d", *spec.Level)}
		}
		f, err := NewFilter([]Condition{c})
		if err != nil {
			t.Fatal(err)
		}
		filters = append(filters, f)
	}
	return filters
}

const scenarioCount, recordsEach = 80, 32

func makeScenarios(random *rand.Rand) (scenarios []oracleScenario) {
	for range scenarioCount {
		scenarios = append(scenarios, makeScenario(random))
	}
	return scenarios
}

func makeScenario(random *rand.Rand) (s oracleScenario) {
	for range 1 + random.IntN(6) {
		s.Handlers = append(s.Handlers, oracleHandler{sometimesLevel(random), randomFilters(random)})
	}
	names := map[string]bool{Root: true}
	for range random.IntN(9) {
		names[randomName(random)] = true
	}
	delete(names, "")
	order := make([]string, 0, len(names))
	for name := range names {
		order = append(order, name)
	}
	sortThenShuffle(order, random)
	for _, name := range order {
		l := oracleLogger{Name: name, Level: sometimesLevel(random), Propagate: random.IntN(4) > 0, Filters: randomFilters(random)}
		for h := range s.Handlers {
			if random.IntN(5) < 2 || name == Root && random.IntN(2) == 0 {
				l.Handlers = append(l.Handlers, h)
			}
		}
		random.Shuffle(len(l.Handlers), func(i, j int) { l.Handlers[i], l.Handlers[j] = l.Handlers[j], l.Handlers[i] })
		s.Loggers = append(s.Loggers, l)
	}
	for range recordsEach {
		r := oracleRecord{Logger: randomName(random), Level: randomLevel(random)}
		if known := order[random.IntN(len(order))]; random.IntN(2) == 0 {
			r.Logger = known
		} else if random.IntN(2) == 0 && known != Root {
			r.Logger = known + "." + randomName(random)
		}
		s.Records = append(s.Records, r)
	}
	return s
}

// sortThenShuffle puts names into an order that depends on random alone.
func sortThenShuffle(names []string, random *rand.Rand) {
	slices.Sort(names)
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
}

// randomName makes logger names that often are relatives of each other, with
// some that try the rules: empty parts, cases, names that begin alike.
func randomName(random *rand.Rand) string {
	odd := []string{"a..b", "a.", ".a", "..", "a...b", "root.x", "A.b", "ab.c", "a.bc", "", "a.b..c", "b.root"}
	if random.IntN(8) == 0 {
		return odd[random.IntN(len(odd))]
	}
	parts := []string{"a", "b", "c"}
	name := parts[random.IntN(len(parts))]
	for random.IntN(3) > 0 && len(name) < 9 {
		name += "." + parts[random.IntN(len(parts))]
	}
	return name
}

func randomLevel(random *rand.Rand) detect.Level {
	levels := []detect.Level{1, 5, 10, 15, 20, 25, 30, 40, 50, 60, 255}
	return levels[random.IntN(len(levels))]
}

func sometimesLevel(random *rand.Rand) detect.Level {
	if random.IntN(2) == 0 {
		return detect.NotSet
	}
	return randomLevel(random)
}

func randomFilters(random *rand.Rand) (filters []oracleFilter) {
	for random.IntN(5) == 0 {
		if random.IntN(3) == 0 {
			level := randomLevel(random)
			filters = append(filters, oracleFilter{Level: &level})
			continue
		}
		name := randomName(random)
		filters = append(filters, oracleFilter{Logger: &name})
	}
	return filters
}
