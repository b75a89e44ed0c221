#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""validate.py SCHEMAS TRANSCRIPTS: every JSON document of the transcripts against the schema of its command, and each
once more without one of its required fields, which the schema must refuse. Says how many, or what is wrong and exits 1."""
import json
import pathlib
import re
import sys

import jsonschema

CALL = re.compile(r"^\$ callbox (.*)\n((?:(?!\$ callbox ).*\n?)*)", re.M)
OUT = re.compile(r"^-- out\n(.*?)^-- (?:err|exit)", re.S | re.M)


def documents(transcripts, commands):
    for file in sorted(transcripts.glob("*.txt")):
        for words, said in CALL.findall(file.read_text()):
            words = words.split()
            out = OUT.search(said)
            if "--json" not in words or not out or not out.group(1).lstrip().startswith("{"):
                continue
            # Process numbers differ from run to run: transcripts have a word for them.
            text = out.group(1).replace("[PID]", "[1]").replace(": PID", ": 1")
            name = next((n for n in ("_".join(words[:3]), "_".join(words[:2]), words[0]) if n in commands), None)
            yield f"{file.name}: {' '.join(words)}", name, json.loads(text)


def main(schemas, transcripts):
    validators, wrong, good, twins = {}, [], 0, 0
    for file in sorted(schemas.glob("*.json")):
        schema = json.loads(file.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[file.stem] = jsonschema.Draft202012Validator(schema)
    for where, name, document in documents(transcripts, validators):
        if name is None:
            wrong.append(f"{where}: its command has no schema")
            continue
        errors = [f"{where}: {e.json_path}: {e.message}" for e in validators[name].iter_errors(document)]
        wrong += errors
        good += not errors
        schema = validators[name].schema
        forms = schema.get("oneOf", [schema])
        for field in document:
            if all(field in form["required"] for form in forms):
                twins += 1
                lacking = {k: v for k, v in document.items() if k != field}
                if validators[name].is_valid(lacking):
                    wrong.append(f"{where}: the schema does not miss {field}")
    print(f"{good} documents, {twins} twins")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
