package elasticsearch

import "testing"

func FuzzBulkResponse(f *testing.F) {
	f.Add([]byte(`{"errors":true,"items":[{"create":{"status":201}},{"create":{"status":400,"error":{"type":"x","reason":"y","caused_by":{"type":"z"}}}}]}`), 2)
	f.Add([]byte(`{"items":[{"index":{"status":200}}]}`), 1)
	f.Add([]byte(`{"items":[{"create":null,"index":{"status":-1,"error":"text"}}]}`), 1)
	f.Add([]byte(`{"items":[{}]}`), 1)
	f.Fuzz(func(t *testing.T, body []byte, size int) {
		var b bulkResponse
		for range 2 { // once more over the reused items
			if b.parse(body, size) != nil {
				return
			}
			for i := range size {
				item := b.item(i)
				if item == nil || item.Status == 0 {
					t.Fatalf("item %d of %q has no status", i, body)
				}
				if verdictOf(item) == taken && item.Status >= 300 && item.Status != 409 {
					t.Fatalf("status %d is taken", item.Status)
				}
				if n := len(itemError(item).Error()); n > 400 {
					t.Fatalf("an error of %d bytes", n)
				}
			}
		}
	})
}

func TestItemsOfAnEarlierAnswerAreForgotten(t *testing.T) {
	var b bulkResponse
	if err := b.parse([]byte(`{"items":[{"create":{"status":201}},{"create":{"status":201}}]}`), 2); err != nil {
		t.Fatal(err)
	}
	if err := b.parse([]byte(`{"items":[{"create":{"status":201}},{}]}`), 2); err == nil {
		t.Error("a missing result was taken from the answer before")
	}
}
