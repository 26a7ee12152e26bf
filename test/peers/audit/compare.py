# SPDX-License-Identifier: Apache-2.0
"""What bailiff and three other decoders make of the same audit log.

usage: compare.py TABLE DIRECTORY NAME... [--write]

DIRECTORY has for each NAME: NAME.log, the log as auditd writes it; NAME.json,
what bailiffctl --json decode made of it; NAME.bailiff, what it made with
--format laurel; NAME.laurel and NAME.ausearch, what the others made. auparse is
asked here.

Each event is found by its serial, each record by its type and place in the event,
each field by its name. Values are equal when they mean the same: spellings() says
what may differ, such as the case of a name or who says a user's name for a number.
Whatever else differs has a row in TABLE, with how often it does and who is right;
a difference without a row fails, and so does a row whose difference is gone.
--write prints the rows that there should be, "?" for what is to be judged.
"""

import base64
import collections
import grp
import json
import pwd
import re
import sys

import auparse

HEAD = re.compile(r"^type=(\S+) msg=audit\(([^)]*?):(\d+)\) ?: ?(.*)$")
ABSENT = object()


# ---- bailiff's own JSON --------------------------------------------------------


# Texts are compared as bytes, a character for each.


def text_of(b64):
    return base64.b64decode(b64).decode("latin-1")


def bytes_of(value):
    if isinstance(value, list):
        return [bytes_of(v) for v in value]
    return value.encode().decode("latin-1") if isinstance(value, str) else value


class Field:
    """One field as bailiff decoded it: the number or text, and its meaning."""

    def __init__(self, members, name):
        self.value = bytes_of(members.get(name))
        if name + "_b64" in members:
            raw = members[name + "_b64"]
            self.value = ([text_of(s) for s in raw] if isinstance(raw, list)
                          else text_of(raw))
        self.word = members.get(name + "_name")
        self.words = members.get(name + "_names")
        self.address = members.get(name + "_decoded")

    def __repr__(self):
        for what in (self.address, self.words, self.word):
            if what is not None:
                return json.dumps(what)
        return json.dumps(self.value)


COMPANION = re.compile(r"(.*)_(name|names|decoded|b64)$")


def fields_of(members):
    out = {}
    for name in members:
        found = COMPANION.match(name)
        if found and (found[2] == "b64" or found[1] in members):
            name = found[1]
        out.setdefault(name, Field(members, name))
    return out


def bailiff_events(path):
    """serial -> list of events, each a list of (type, fields)."""
    events = collections.defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            ev = json.loads(line)
            records = []
            for r in ev["records"]:
                fields = fields_of(r["fields"])
                for k, v in fields_of(r.get("msg", {}).get("fields", {})).items():
                    fields.setdefault(k, v)
                    fields["msg " + k] = v
                records.append((r["type"], fields))
            args = ev.get("process", {})
            argv = bytes_of(args.get("args"))
            if argv is None and "args_b64" in args:
                argv = [text_of(a) for a in args["args_b64"]]
            for type_, fields in records:
                if type_ == "EXECVE":  # all arguments stand in the first
                    fields["argv"] = argv
                    break
            events[ev["audit"]["serial"]].append(records)
    return events


# ---- what may be spelled in another way ----------------------------------------


def plain(word):
    """Names without what the headers put before them, in one case."""
    word = re.sub(r"^(CAP|SIG|IORING_OP|SECCOMP_RET|BPF|O|PR|AT|MAP|PROT)_?", "",
                  word)
    return word.lower().replace("_", "-").strip()


def owners(value):
    """What a look-up of users and groups may say of a number."""
    yield "unset" if value == 0xFFFFFFFF else "unknown(%d)" % value
    for look_up, name in ((pwd.getpwuid, "pw_name"), (grp.getgrgid, "gr_name")):
        try:
            yield getattr(look_up(value), name)
        except (KeyError, OverflowError):
            pass


def spellings(field):
    """All that a peer may write for what bailiff says."""
    v = field.value
    if isinstance(v, str) and re.fullmatch(r"[0-9]+", v):
        yield v  # from 2^53 on, and what user space wrote
        v = int(v)
    if v is None:
        yield from ("(null)", "?", "")
    elif isinstance(v, bool):
        yield from (("yes", "success", "1") if v else ("no", "failed", "0"))
    elif isinstance(v, int):
        yield from (str(v), "0x%x" % v if v >= 0 else str(v), "%x" % v, "0%o" % v)
        yield from owners(v)
        if v == 0:
            yield from ("none", "SIG0")
        if v in (0, 1):
            yield ("no", "yes")[v]
            yield ("failed", "success")[v]
    elif isinstance(v, list):
        yield from (joint.join(v) for joint in (" ", ",", "\1", "\0"))
    else:
        yield str(v)
    if field.word is not None:
        yield field.word


def is_address(field, text):
    a, given = field.address, dict(re.findall(r"(\S+)=(\S*)", text))
    if a["family"] in ("inet", "inet6"):
        return (given.get("laddr") == a.get("address")
                and given.get("lport") == str(a.get("port")))
    if a["family"] == "unix":
        path = bytes_of(a["path"]) if "path" in a else text_of(a.get("path_b64", ""))
        return path in unescape(text)
    return given.get("saddr_fam") == a["family"]


def unescape(text):
    return re.sub(r"\\([0-3][0-7]{2})", lambda m: chr(int(m[1], 8)), text)


def means(field, text):
    """Does a peer's text say what bailiff says?"""
    if field.address is not None:
        return is_address(field, text)
    if field.words is not None:
        said = {plain(w) for w in re.split(r"[|,]", text)}
        return said == {plain(w) for w in field.words}
    texts = {text, unescape(text), text.strip()}
    if texts & set(spellings(field)):
        return True
    if isinstance(field.value, str) and \
            unescape(text).strip(" '") == field.value.strip(" '"):
        return True  # where a text ends that is not escaped nobody can say
    if field.word is None:
        return False
    said = re.sub(r"\(.*\)$", "", text)  # EACCES(Permission denied)
    mode = re.sub(r",0(?=\d)", ",", field.word)
    return plain(said) == plain(field.word) or said == mode


# ---- the others ----------------------------------------------------------------


def auparse_events(path):
    """serial -> list of events, each a list of (type, [(name, text)])."""
    events = collections.defaultdict(list)
    parser = auparse.AuParser(auparse.AUSOURCE_FILE, path)
    while parser.parse_next_event():
        serial, records = parser.get_timestamp().serial, []
        parser.first_record()
        while True:
            records.append(auparse_record(parser))
            if not parser.next_record():
                break
        events[serial].append([r for r in records if r[0] != "EOE"])
    return events


def auparse_bytes(parser):
    try:
        return bytes.fromhex(parser.get_field_str()).decode("latin-1")
    except UnicodeDecodeError:
        return "(bytes)"


def auparse_record(parser):
    fields, type_ = [], "?"
    more = parser.first_field()
    while more:
        name = parser.get_field_name()
        try:
            text = bytes_of(parser.interpret_field())
        except UnicodeDecodeError:  # the bindings give UTF-8 or nothing
            text = auparse_bytes(parser)
        except OSError:
            text = None
        if text is None:
            text = parser.get_field_str() or ""
        if name == "type" and type_ == "?":
            type_ = parser.get_field_str()
        else:
            fields.append((name, text))
        more = parser.next_field()
    return type_, fields


def raw_keys(path):
    """(serial, type) -> for each such record the names of its fields."""
    keys = collections.defaultdict(list)
    with open(path, encoding="latin-1") as lines:
        for line in lines:
            found = HEAD.match(line.rstrip("\n"))
            if found:
                keys[int(found[3]), found[1]].append(
                    re.findall(r"([\w\[\]-]+)=", re.sub(r'"[^"]*"', "", found[4])))
    return keys


def ausearch_fields(text, keys):
    """The text is not escaped: the names of the record's fields part it."""
    at, places = 0, []
    for key in keys:
        found = re.compile(r"(?:^|[ '])(%s)=" % re.escape(key)).search(text, at)
        if found:
            places.append((key, found.start(1), found.end()))
            at = found.end() - 1
    ends = [start for _, start, _ in places[1:]] + [len(text)]
    return [(key, text[begin:end].rstrip(" ").rstrip("'").strip(" '"))
            for (key, _, begin), end in zip(places, ends)]


def ausearch_events(path, log):
    events, keys = collections.defaultdict(list), raw_keys(log)
    seen, records, of = collections.Counter(), [], None
    with open(path, encoding="latin-1", newline="\n") as f:
        lines = re.sub(r"\n(?!type=|----)", " ", f.read()).split("\n")
    for line in lines + ["----"]:
        found = HEAD.match(line)
        if line.startswith("----"):
            if records:
                events[of].append(records[::-1])
            records = []
        elif found and found[1] != "EOE":
            of = int(found[3])
            records.append((found[1], found[4]))
    for serial, list_ in events.items():
        for records in list_:
            for i, (type_, text) in enumerate(records):
                known = keys[serial, type_]
                n = seen[serial, type_]
                seen[serial, type_] += 1
                records[i] = (type_, ausearch_fields(
                    text, known[n] if n < len(known) else []))
    return events


def laurel_events(path):
    """serial -> list of events, each a list of (type, {path: value})."""
    events = collections.defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("{"):
                continue  # what it says of itself
            pairs = json.loads(line)
            serial, records = int(pairs.pop("ID").split(":")[1]), []
            pairs.pop("BAILIFF", None)
            for type_, value in pairs.items():
                for one in value if isinstance(value, list) else [value]:
                    records.append((type_, dict(flat(one, ""))))
            events[serial].append(records)
    return events


def flat(value, path):
    if isinstance(value, dict):
        for k, v in value.items():
            yield from flat(v, path + "." + k if path else k)
    else:
        yield path, value


# ---- the comparison ------------------------------------------------------------


class Differences:
    def __init__(self):
        self.count = collections.Counter()
        self.example = {}

    def add(self, key, ours, theirs):
        self.count[key] += 1
        self.example.setdefault(key, tuple(
            "" if x is ABSENT else (x if isinstance(x, str) else repr(x))
            for x in (ours, theirs)))


def more(fields, others):
    if isinstance(fields, list):
        fields.extend(others)
    else:
        fields.update({k: v for k, v in others.items() if k not in fields})


def placed(events):
    """(type, place) -> fields, of all records with one serial."""
    out, seen = {}, collections.Counter()
    for records in events:
        for type_, fields in records:
            if type_ == "EXECVE" and (type_, 0) in out:
                more(out[type_, 0], fields)  # a long argument has several
                continue
            out[type_, seen[type_]] = fields
            seen[type_] += 1
    return out


def compare(peer, ours, theirs, fields_compare, diff):
    for serial in sorted(set(ours) | set(theirs)):
        a, b = ours.get(serial, []), theirs.get(serial, [])
        kind = a[0][0][0] if a else ""
        if a and b and len(a) != len(b):
            diff.add((peer, kind, "(events)", "differs"), str(len(a)), str(len(b)))
        mine, its = placed(a), placed(b)
        for place in sorted(set(mine) | set(its)):
            if place not in its:
                diff.add((peer, place[0], "(record)", "only bailiff"), "", "")
            elif place not in mine:
                diff.add((peer, place[0], "(record)", "only " + peer), "", "")
            else:
                fields_compare(peer, place[0], mine[place], its[place], diff)


def laurel_fields(peer, type_, ours, theirs, diff):
    for name in sorted(set(ours) | set(theirs)):
        a, b = ours.get(name, ABSENT), theirs.get(name, ABSENT)
        if a is ABSENT or b is ABSENT or a != b or type(a) != type(b):
            what = ("only " + peer if a is ABSENT else
                    "only bailiff" if b is ABSENT else "differs")
            diff.add((peer, type_, name, what),
                     a if a is ABSENT else json.dumps(a, ensure_ascii=False),
                     b if b is ABSENT else json.dumps(b, ensure_ascii=False))


ARGUMENT = re.compile(r"^a(\d+)(\[\d+\])?$")


def argument_lists(peer, type_, ours, theirs, diff):
    """Return: what is left of their fields."""
    argv, rest = collections.OrderedDict(), []
    for name, text in theirs:
        found = ARGUMENT.match(name)
        if found:
            argv[int(found[1])] = argv.get(int(found[1]), "") + unescape(text)
        else:
            rest.append((name, text))
    for i, text in argv.items():
        want = ours[i] if ours and i < len(ours) else None
        if want is None or text.strip(" '") != want.strip(" '"):
            diff.add((peer, type_, "aN", "differs"), json.dumps(want), text)
    return rest


LENGTH = re.compile(r"^a\d+_len$")


def keys_joined(fields):
    """auparse and ausearch show a field "key" for each key of a record."""
    keys = [text.replace(" key=", " ") for name, text in fields if name == "key"]
    out = [f for f in fields if f[0] != "key"]
    return out + [("key", " ".join(keys))] if keys else out


def text_fields(peer, type_, ours, theirs, diff):
    ours = {k: v for k, v in ours.items() if not LENGTH.match(k)}
    theirs = keys_joined([f for f in theirs if not LENGTH.match(f[0])])
    argv = ours.pop("argv", None)
    if type_ == "EXECVE":
        if argv is None:
            theirs = [f for f in theirs if not ARGUMENT.match(f[0])]
        else:
            theirs = argument_lists(peer, type_, argv, theirs, diff)
    said = set()
    for name, text in theirs:
        # a message's own field of a name that the kernel wrote too
        place = "msg " + name if name in said else name
        if place not in ours or place in said:
            if name not in ("msg",):
                diff.add((peer, type_, place, "only " + peer), "", text)
        elif not means(ours[place], text):
            diff.add((peer, type_, place, "differs"), ours[place], text)
        said.add(place)
        if place.startswith("msg ") is False and \
                "msg " + name in ours and ours["msg " + name] is ours.get(name):
            said.add("msg " + name)
    for name in sorted(set(ours) - said):
        if name.startswith("msg ") and name[4:] in said and \
                ours[name] is ours.get(name[4:]):
            continue
        if name.startswith("msg ") and ours[name] is ours.get(name[4:]):
            continue
        diff.add((peer, type_, name, "only bailiff"), ours[name], "")


# ---- the table -----------------------------------------------------------------


def table_read(path):
    rows = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#") or not line.strip():
                continue
            peer, type_, name, what, count, right, why = \
                line.rstrip("\n").split("\t")[:7]
            rows[peer, type_, name, what] = (int(count), right, why)
    return rows


def short(text):
    text = "".join(c if c.isprintable() and c != "\t" else "\\x%02x" % ord(c)
                   for c in text)
    return text if len(text) <= 60 else text[:57] + "..."


def rows_write(diff, rows):
    for key in sorted(diff.count):
        _, right, why = rows.get(key, (0, "?", "?"))
        print("\t".join(key + (str(diff.count[key]), right, why)))
        if right == "?":
            print("#\t" + "\t".join(map(short, diff.example[key])))


def judge(diff, rows):
    """TAP lines. Return: whether all is as the table says."""
    number = 0
    for peer in ("auparse", "ausearch", "laurel"):
        bad = []
        for key in sorted(k for k in set(diff.count) | set(rows) if k[0] == peer):
            count, right, _ = rows.get(key, (0, "", ""))
            found = diff.count[key]
            name = " ".join(key[1:])
            if key not in rows:
                bad.append("not in the table: %s (%d): bailiff %s, %s %s" % (
                    name, found, short(diff.example[key][0]), peer,
                    short(diff.example[key][1])))
            elif found != count:
                bad.append("%s: %d times, the table says %d" % (name, found, count))
            elif right not in ("bailiff", peer, "both", "neither"):
                bad.append("%s: nobody has said who is right" % name)
        number += 1
        print("%s %d - %s: every disagreement is listed, %d kinds, %d places" % (
            "not ok" if bad else "ok", number, peer,
            sum(k[0] == peer for k in rows),
            sum(n for k, n in diff.count.items() if k[0] == peer)))
        for line in bad[:40]:
            print("# " + line)
        yield not bad
    print("1..%d" % number)


def main(argv):
    wants_write = "--write" in argv
    table, where, *names = [a for a in argv if a != "--write"]
    diff = Differences()
    for name in names:
        at = "%s/%s." % (where, name)
        ours = bailiff_events(at + "json")
        compare("auparse", ours, auparse_events(at + "log"), text_fields, diff)
        compare("ausearch", ours, ausearch_events(at + "ausearch", at + "log"),
                text_fields, diff)
        compare("laurel", laurel_events(at + "bailiff"),
                laurel_events(at + "laurel"), laurel_fields, diff)
    rows = table_read(table)
    if wants_write:
        rows_write(diff, rows)
        return 0
    return 0 if all(list(judge(diff, rows))) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
