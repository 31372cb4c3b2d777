"""Judge Sentry events: one JSON object per line in, one verdict per line out.

A verdict is {"schema": [...], "relay": [...]}: what Sentry's event schema
(event.schema.json, beside this file) refuses, and what Relay, the front door of
every Sentry server, would correct, trim or throw away. Two empty lists mean a
flawless event.
"""

import json
import pathlib
import sys

import jsonschema
from sentry_relay.processing import StoreNormalizer

SCHEMA = pathlib.Path(__file__).with_name("event.schema.json")


def schema_errors(validator, event):
    for error in validator.iter_errors(event):
        cause = jsonschema.exceptions.best_match([error])
        where = ".".join(str(part) for part in cause.absolute_path)
        yield f"{where}: {cause.message[:300]}"


def relay_errors(event):
    normalizer = StoreNormalizer(project_id=1, protocol_version="7", is_renormalize=False)
    seen = normalizer.normalize_event(event)
    for error in seen.get("errors") or []:
        yield f"{error.get('name')}: {error['type']}: {error.get('reason', '')} {error.get('value', '')}"
    yield from remarks(seen.get("_meta") or {}, [])


def remarks(meta, path):
    """Every place where Relay changed a value: the "" keys of the _meta tree."""
    for key, child in meta.items():
        if key == "":
            yield f"{'.'.join(path)}: changed: {json.dumps(child)}"
        else:
            yield from remarks(child, [*path, key])


def main():
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
    for line in sys.stdin:
        event = json.loads(line)
        verdict = {"schema": list(schema_errors(validator, event)), "relay": list(relay_errors(event))}
        print(json.dumps(verdict), flush=True)


if __name__ == "__main__":
    main()
