package detect

// jsonKey is a top-level key that may say something about the line.
type jsonKey uint8

const (
	otherKey jsonKey = iota

	keyLevel
	keyLevelName
	keySeverity
	keyLogLevel
	keyAtLevel
	keyClefLevel
	keySeverityText
	keySeverityNumber
	keyPriority
	keyLevelno
	keyLevelValue
	keyMongoS

	keyMessage
	keyMsg
	keyAtMessage
	keyClefM
	keyClefTemplate
	keyRendered
	keyTemplate
	keyShortMessage
	keyBody
	keyTextPayload
	keyEvent

	keyLogger
	keyLoggerName
	keyLogLogger
	keyAtModule
	keyChannel
	keyTarget
	keyCategory
	keySourceContext
	keySyslogIdentifier
	keyScope
	keyName
	keyMongoC

	keyAtTimestamp
	keyTimestamp
	keyTime
	keyTs
	keyDatetime
	keyAsctime
	keyClefTime
	keyTimeMillis
	keyInstant
	keyRealtime
	keyMongoT
	keyDate

	keyPID
	keyHostname
	keyV
	keyVersion
	keyCaller
	keyErr
	keyLog
	keyRecord
	keyFields

	jsonKeys
)

const longestKey = len("instrumentationscope")

// keyOf recognises a key: as the libraries write it, then without regard to
// case and to '_', '.', '-' and '@'.
func keyOf(key []byte) jsonKey {
	if len(key) > longestKey+2 || len(key) == 0 {
		return otherKey
	}
	if k := exactKey(key); k != otherKey {
		return k
	}
	var buf [longestKey + 2]byte
	n, changed := 0, false
	for _, c := range key {
		switch {
		case c >= 'A' && c <= 'Z':
			c |= 0x20
			changed = true
		case c == '_' || c == '.' || c == '-' || c == '@':
			changed = true
			continue
		}
		buf[n] = c
		n++
	}
	if !changed || n < 3 {
		return otherKey // "T", "S" and "@l" are only what they are as written
	}
	return looseKey(buf[:n])
}

func exactKey(key []byte) jsonKey {
	switch string(key) {
	case "level", "lvl":
		return keyLevel
	case "severity", "error_severity":
		return keySeverity
	case "log.level":
		return keyLogLevel
	case "@level":
		return keyAtLevel
	case "@l":
		return keyClefLevel
	case "PRIORITY":
		return keyPriority
	case "s":
		return keyMongoS
	case "message":
		return keyMessage
	case "msg":
		return keyMsg
	case "@message":
		return keyAtMessage
	case "@m":
		return keyClefM
	case "@mt":
		return keyClefTemplate
	case "event":
		return keyEvent
	case "body":
		return keyBody
	case "logger":
		return keyLogger
	case "log.logger":
		return keyLogLogger
	case "name":
		return keyName
	case "channel":
		return keyChannel
	case "target":
		return keyTarget
	case "c":
		return keyMongoC
	case "@timestamp":
		return keyAtTimestamp
	case "timestamp":
		return keyTimestamp
	case "time":
		return keyTime
	case "ts":
		return keyTs
	case "t":
		return keyMongoT
	case "@t":
		return keyClefTime
	case "instant":
		return keyInstant
	case "date":
		return keyDate
	case "pid":
		return keyPID
	case "hostname":
		return keyHostname
	case "v":
		return keyV
	case "version":
		return keyVersion
	case "caller":
		return keyCaller
	case "err":
		return keyErr
	case "log":
		return keyLog
	case "record":
		return keyRecord
	case "fields":
		return keyFields
	case "datetime":
		return keyDatetime
	case "asctime":
		return keyAsctime
	case "loglevel":
		return keyLogLevel
	case "levelno":
		return keyLevelno
	case "levelname":
		return keyLevelName
	}
	return otherKey
}

// looseKey recognises a key that was lowered and stripped of punctuation.
func looseKey(key []byte) jsonKey {
	switch string(key) {
	case "level", "lvl":
		return keyLevel
	case "levelname", "priorityname":
		return keyLevelName
	case "severity":
		return keySeverity
	case "loglevel":
		return keyLogLevel
	case "severitytext":
		return keySeverityText
	case "severitynumber":
		return keySeverityNumber
	case "levelno":
		return keyLevelno
	case "levelvalue":
		return keyLevelValue
	case "message":
		return keyMessage
	case "msg":
		return keyMsg
	case "renderedmessage":
		return keyRendered
	case "messagetemplate":
		return keyTemplate
	case "shortmessage":
		return keyShortMessage
	case "body":
		return keyBody
	case "textpayload":
		return keyTextPayload
	case "logger":
		return keyLogger
	case "loggername":
		return keyLoggerName
	case "loglogger":
		return keyLogLogger
	case "module":
		return keyAtModule
	case "category":
		return keyCategory
	case "sourcecontext":
		return keySourceContext
	case "syslogidentifier":
		return keySyslogIdentifier
	case "instrumentationscope":
		return keyScope
	case "timestamp":
		return keyTimestamp
	case "time":
		return keyTime
	case "datetime":
		return keyDatetime
	case "asctime":
		return keyAsctime
	case "timemillis":
		return keyTimeMillis
	case "realtimetimestamp":
		return keyRealtime
	}
	return otherKey
}

// levelWhy says, for explain, under which key a level was found.
var levelWhy = [jsonKeys]string{
	keyLevelName: "json key level_name", keyLogLevel: "json key log.level", keyLevel: "json key level", keySeverity: "json key severity",
	keyAtLevel: "json key @level", keySeverityText: "json key SeverityText", keyPriority: "json key PRIORITY", keyLevelno: "json key levelno",
	keySeverityNumber: "json key SeverityNumber", keyLevelValue: "json key level_value", keyClefLevel: "json key @l", keyMongoS: "json key s",
}

// The keys under which each part is looked for, the surest first.
var (
	levelKeys = [...]jsonKey{keyLevelName, keyLogLevel, keyLevel, keySeverity, keyAtLevel, keySeverityText,
		keyPriority, keyLevelno, keySeverityNumber, keyLevelValue, keyClefLevel, keyMongoS}
	messageKeys = [...]jsonKey{keyMessage, keyMsg, keyAtMessage, keyClefM, keyRendered, keyClefTemplate,
		keyTemplate, keyShortMessage, keyBody, keyTextPayload, keyEvent}
	loggerKeys = [...]jsonKey{keyLogger, keyLoggerName, keyLogLogger, keyAtModule, keySourceContext, keyCategory,
		keySyslogIdentifier, keyChannel, keyTarget, keyScope, keyName, keyMongoC}
	timeKeys = [...]jsonKey{keyAtTimestamp, keyTimestamp, keyTime, keyTs, keyDatetime, keyAsctime, keyClefTime,
		keyTimeMillis, keyInstant, keyRealtime, keyMongoT, keyDate}
)
