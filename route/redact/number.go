package redact

// number handles the digits that begin a word at i: the number of a card or the token
// of a Telegram bot. It returns i if they are neither.
func (x *scan) number(i int) int {
	s := x.s
	end := i
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	if n := end - i; n < 4 || end < len(s) && isWord(s[end]) {
		return i
	} else if n >= 8 && n <= 10 && end < len(s) && s[end] == ':' {
		if from, to := telegramAt(s, i, i); to > i {
			return x.cut(from, to)
		}
	}
	if last := cardEnd(s, i, end); last > i {
		return x.cut(i, last)
	}
	return i
}

// cardEnd returns the end of the card number at i, whose first digits end at end; i
// if there is none.
func cardEnd(s string, i, end int) int {
	if i > 0 && (s[i-1] == '-' || s[i-1] == '.' || s[i-1] == '+' || s[i-1] == '/' || s[i-1] == '#') {
		return i
	}
	var number [19]byte
	n := copy(number[:], s[i:end])
	if end-i == 4 && end < len(s) && (s[end] == ' ' || s[end] == '-') {
		sep, groups := s[end], 1
		for end+1 < len(s) && s[end] == sep && isDigit(s[end+1]) && groups < 5 {
			group := end + 1
			for end = group; end < len(s) && isDigit(s[end]) && n < len(number); end++ {
				number[n] = s[end]
				n++
			}
			groups++
		}
		if groups < 3 || end < len(s) && s[end] == sep && end+1 < len(s) && isDigit(s[end+1]) {
			return i
		}
	}
	if end-i < 13 || end-i > 23 || end < len(s) && isWord(s[end]) || end+1 < len(s) && (s[end] == '.' || s[end] == '-' || s[end] == '/') && isWord(s[end+1]) {
		return i
	}
	if !isCard(number[:n]) {
		return i
	}
	return end
}

// isCard reports whether digits are the number of a payment card: the prefix of an
// issuer, its length and the check digit (ISO/IEC 7812).
func isCard(digits []byte) bool {
	n := len(digits)
	if n < 13 {
		return false
	}
	first := 0
	for _, d := range digits[:4] {
		first = first*10 + int(d-'0')
	}
	two, three := first/100, first/10
	var fits bool
	switch {
	case first/1000 == 4:
		fits = n == 16 || n == 13 || n == 19
	case two >= 51 && two <= 55, first >= 2221 && first <= 2720:
		fits = n == 16
	case two == 34 || two == 37:
		fits = n == 15
	case first == 6011, three >= 644 && three <= 659, first >= 3528 && first <= 3589:
		fits = n == 16
	case two == 36 || two == 38 || three >= 300 && three <= 305:
		fits = n == 14
	case two == 62:
		fits = n >= 16
	}
	return fits && luhn(digits)
}

func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
