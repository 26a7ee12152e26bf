#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compile_oracle.py - what bailiff-bundle compile must say, worked out anew.

    compile_oracle.py landlock TOOL CASES [SECONDS]
                            random documents, merged, at an ABI; 0 cases: no end
    compile_oracle.py bpf FILE ARCH CALLS   run a program: prints a line a call

The first is written from bailiff-policy(5) alone: sets and products of Python,
nothing of bailiff's. The second is an interpreter of classic BPF.
"""
import itertools
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import time

FS = ('execute write_file read_file read_dir remove_dir remove_file make_char '
      'make_dir make_reg make_sock make_fifo make_block make_sym refer truncate '
      'ioctl_dev resolve_unix').split()
NET = 'bind_tcp connect_tcp bind_udp connect_send_udp'.split()
SCOPE = 'abstract_unix_socket signal'.split()
SINCE = dict.fromkeys(FS, 1)
SINCE.update(refer=2, truncate=3, bind_tcp=4, connect_tcp=4, ioctl_dev=5,
             abstract_unix_socket=6, signal=6, resolve_unix=9, bind_udp=10,
             connect_send_udp=10)
NAMES = {'fs': FS, 'net': NET, 'scoped': SCOPE}


class Refused(Exception):
    pass


def at_abi(kind, abi):
    return {r for r in NAMES[kind] if SINCE[r] <= abi}


def rights(words, kind, abi):
    out = set()
    for word in words:
        if isinstance(word, dict):
            out |= {r for i, r in enumerate(NAMES[kind])
                    if word['bits'] & 1 << i}
            continue
        if not word.startswith('abi.'):
            out.add(word)
            continue
        if abi is None:
            raise Refused('group without abi')
        group = at_abi(kind, abi)
        if word == 'abi.read_execute':
            group &= {'execute', 'read_file', 'read_dir', 'refer'}
        elif word == 'abi.read_write':
            group -= {'execute'}
        out |= group
    return out


def tokens(text):
    """A list of str and of ('var', name)."""
    out, at = [], 0
    while at < len(text):
        if text.startswith('$$', at):
            out.append('$')
            at += 2
        elif text.startswith('${', at):
            end = text.find('}', at)
            if end < 0:
                raise Refused('unclosed')
            name = text[at + 2:end]
            if not re.fullmatch('[A-Za-z][A-Za-z0-9_]*', name):
                raise Refused('name')
            out.append(('var', name))
            at = end + 1
        else:
            out.append(text[at])
            at += 1
    return out


def normal(path):
    parts = path.split('/')
    kept = [p for i, p in enumerate(parts)
            if p not in ('', '.') or (p == '.' and i == 0)]
    return ('/' if path.startswith('/') else '') + '/'.join(kept)


def parse(doc):
    newest = 11 if doc.get('bailiff') else 6
    abi = doc.get('abi')
    abi = None if abi is None else min(abi, newest)
    out = {'abi': abi, 'vars': {}, 'paths': [], 'ports': [],
           'handled': {k: set() for k in NAMES}}
    for v in doc.get('variable') or []:
        out['vars'].setdefault(v['name'], set()).update(v.get('literal') or [])
    for item in doc.get('ruleset') or []:
        for key, kind in (('handledAccessFs', 'fs'), ('scoped', 'scoped'),
                          ('handledAccessNet', 'net')):
            out['handled'][kind] |= rights(item.get(key) or [], kind, abi)
    for key, kind, on, rules in (
            ('pathBeneath', 'fs', 'parent', out['paths']),
            ('netPort', 'net', 'port', out['ports'])):
        for item in doc.get(key) or []:
            access = rights(item['allowedAccess'], kind, abi)
            out['handled'][kind] |= access
            for value in item[on]:
                value = tokens(value) if kind == 'fs' else value
                rules.append((value, access))
    return out


def merge(a, b):
    handled = {k: a['handled'][k] & b['handled'][k] for k in NAMES}
    names = set(a['vars']) | set(b['vars'])
    return {'abi': None, 'handled': handled,
            'vars': {n: a['vars'].get(n, set()) | b['vars'].get(n, set())
                     for n in names},
            'paths': [(v, r & handled['fs']) for v, r in
                      a['paths'] + b['paths']],
            'ports': [(v, r & handled['net']) for v, r in
                      a['ports'] + b['ports']]}


def resolve(doc, abi):
    handled = {k: doc['handled'][k] & at_abi(k, abi) for k in NAMES}
    paths, ports = {}, {}
    for template, access in doc['paths']:
        if not access:
            continue
        sets = []
        for token in template:
            if isinstance(token, str):
                sets.append([token])
            elif token[1] in doc['vars']:
                sets.append(sorted(doc['vars'][token[1]]))
            else:
                raise Refused('undefined')
        for combination in itertools.product(*sets) if sets else []:
            paths.setdefault(normal(''.join(combination)),
                             set()).update(access)
    for port, access in doc['ports']:
        if access and port > 65535:
            raise Refused('port')
        if access:
            ports.setdefault(port, set()).update(access)

    def bits(kind, access):
        return '0x%x' % sum(1 << NAMES[kind].index(r)
                            for r in access & handled[kind])

    return {'handled': {k: bits(k, handled[k]) for k in NAMES},
            'paths': [{'path': p, 'fs': bits('fs', paths[p])}
                      for p in sorted(paths) if paths[p] & handled['fs']],
            'ports': [{'port': p, 'net': bits('net', ports[p])}
                      for p in sorted(ports) if ports[p] & handled['net']]}


def expected(docs, abi):
    merged = None
    for doc in docs:
        merged = parse(doc) if merged is None else merge(merged, parse(doc))
    return resolve(merged, abi)


# ---- random documents --------------------------------------------------------
PARTS = ('a', 'b', 'bin', '.', '..', '', '${v}', '${w}', '${v}x', '$$', '$v',
         'c-d', '\u00e4')
BAD = ('${', '${9}', '${x y}', '${undefined}')


def words(rng, kind, doc):
    known = [r for r in NAMES[kind] if SINCE[r] <= 6 or 'bailiff' in doc]
    if 'abi' in doc or rng.random() < .02:
        known = known + ['abi.all'] * 2
        if kind == 'fs':
            known += ['abi.read_execute', 'abi.read_write'] * 2
    if 'bailiff' in doc:
        known = known + [{'bits': rng.randint(1, (1 << len(NAMES[kind])) - 1)}]
    return rng.choices(known, k=rng.randint(1, 4))


def path(rng):
    parts = rng.choices(PARTS, k=rng.randint(1, 4))
    if rng.random() < .01:
        parts.append(rng.choice(BAD))
    return rng.choice(('/', '', './', '//')) + '/'.join(parts)


def document(rng):
    doc = {}
    if rng.random() < .8:
        doc['abi'] = rng.choice((1, 2, 3, 4, 5, 6, 7, 11, 2147483647))
    if rng.random() < .3:
        doc['bailiff'] = 1
    doc['variable'] = [{'name': n} for n in 'vw']
    for _ in range(rng.randint(0, 3)):
        doc['variable'].append({
            'name': rng.choice('vw'),
            'literal': rng.choices(('1', '10', '2', '', 'a/b', '${w}', './q',
                                    '\u20ac', '/'), k=rng.randint(1, 4))})
    doc['ruleset'] = [{'handledAccessFs': words(rng, 'fs', doc)}]
    if rng.random() < .6:
        doc['ruleset'].append({'handledAccessNet': words(rng, 'net', doc),
                               'scoped': words(rng, 'scoped', doc)})
    if rng.random() < .9:
        doc['pathBeneath'] = [
            {'allowedAccess': words(rng, 'fs', doc),
             'parent': [path(rng) for _ in range(rng.randint(1, 4))]}
            for _ in range(rng.randint(1, 4))]
    if rng.random() < .5:
        ports = (0, 1, 80, 443, 65535) if rng.random() < .95 else (65536,)
        doc['netPort'] = [
            {'allowedAccess': words(rng, 'net', doc),
             'port': rng.choices(ports, k=2)} for _ in range(2)]
    return doc


def objects(value):
    """Every object in a document, itself too."""
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, (dict, list)):
            yield from objects(item)


def neutral(rng, doc):
    """What must not change what a document means."""
    entries = [o for key in ('variable', 'ruleset', 'pathBeneath', 'netPort')
               for o in doc.get(key) or []]
    for entry in entries:
        if rng.random() < .2:
            for key in [k for k in entry if isinstance(entry[k], list)]:
                entry[key] = entry[key] + rng.choices(entry[key], k=1)
    doc.setdefault('abi', None)
    doc.setdefault(rng.choice(('pathBeneath', 'netPort')), None)
    doc['ruleset'][0].setdefault(
        rng.choice(('handledAccessNet', 'scoped')), None)


def spoil(rng, doc):
    """What must be refused."""
    what = rng.randrange(12)
    if what == 0:
        rng.choice([o for o in objects(doc)])['surplus'] = 1
    elif what == 1:
        found = [(o, k) for o in objects(doc) for k in o
                 if isinstance(o[k], list)]
        holder, key = rng.choice(found)
        holder[key] = []
    elif what == 2:
        doc['ruleset'].append({})
    elif what == 3:
        doc['abi'] = rng.choice((0, -1, 2**31, 2**63, 2**64, 2**128, '6',
                                 True, 1.5, [6]))
    elif what == 4:
        for key in ('variable', 'ruleset', 'pathBeneath', 'netPort'):
            doc.pop(key, None)
    elif what == 5:
        doc['variable'][0]['name'] = rng.choice(('', '1a', 'a b', 'a-b',
                                                 '_a', '\u00e4', 2))
    elif what == 6:
        doc['ruleset'][0]['handledAccessFs'].append(
            rng.choice(('bind_tcp', 'signal', 'exec', 'abi.none', 'fs.execute',
                        '', 7)))
    elif what == 7:
        doc['ruleset'][0]['scoped'] = [rng.choice(('execute', 'connect_tcp',
                                                   'abi.read_execute'))]
    elif what == 8:
        doc['pathBeneath'] = [{'allowedAccess': ['execute'],
                               'parent': rng.choice(([2], '/', None, [['/']]))}]
    elif what == 9:
        doc['netPort'] = [{'allowedAccess': ['bind_tcp'],
                           'port': rng.choice(([-1], [2**64], ['80'], 80,
                                               [None], [1.0]))}]
    elif what == 10:
        doc['ruleset'] = rng.choice(({}, 'x', 1, [1], [[]], ['x']))
    else:
        doc['variable'].append({'name': 'v', 'literal': rng.choice(
            ([1], 'x', [None], [['a']]))})


def text_of(rng, docs):
    """Documents as files have them, and whether one was spoilt."""
    texts, is_spoilt = [], False
    for doc in docs:
        if rng.random() < .3:
            neutral(rng, doc)
        is_spoilt_here = rng.random() < .08
        if is_spoilt_here:
            spoil(rng, doc)
        text = json.dumps(doc, ensure_ascii=rng.random() < .5)
        if not is_spoilt_here and rng.random() < .02:
            # An object key twice.
            text = '{"abi": 1, "abi": 1, ' + text[1:]
            is_spoilt_here = True
        is_spoilt |= is_spoilt_here
        texts.append(text)
    return texts, is_spoilt


def landlock(tool, cases, seconds):
    seed = int(os.environ.get('BAILIFF_COMPILE_SEED', '1'))
    refused, case, end = 0, seed, time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as work:
        while case < seed + cases or (not cases and time.monotonic() < end):
            rng = random.Random(case)
            docs = [document(rng) for _ in range(rng.choice((1, 1, 2, 3)))]
            abi = rng.randint(1, 12)
            command = [tool, 'compile', '--abi', str(abi), '--json']
            texts, is_spoilt = text_of(rng, docs)
            for i, text in enumerate(texts):
                command += ['--landlock', f'{work}/{i}']
                with open(f'{work}/{i}', 'w', encoding='utf-8') as f:
                    f.write(text)
            run = subprocess.run(command, capture_output=True, check=False)
            try:
                if is_spoilt:
                    raise Refused('spoilt')
                want = (0, json.dumps(expected(docs, abi), ensure_ascii=False,
                                      separators=(',', ':')) + '\n')
            except Refused:
                want = (1, '')
                refused += 1
            got = (run.returncode, run.stdout.decode())
            if got != want:
                print(f'FINDING BAILIFF_COMPILE_SEED={case} with 1 case: '
                      f'ABI {abi}: {texts}\n'
                      f'got  {got} {run.stderr.decode()}\nwant {want}')
                return 1
            case += 1
    cases = case - seed
    print(f'landlock: {cases} sets of documents compiled as the manual says, '
          f'{refused} of them refused')
    return 0 if cases < 10 or 0 < refused < cases / 2 else 1


# ---- classic BPF -------------------------------------------------------------
ARCHS = {'x86_64': 0xc000003e, 'x86': 0x40000003, 'aarch64': 0xc00000b7,
         'arm': 0x40000028, 'riscv64': 0xc00000f3}


def bpf_run(program, data):
    """seccomp_data in, the filter's answer out (seccomp(2))."""
    at, a = 0, 0
    while True:
        code, jt, jf, k = program[at]
        at += 1
        if code == 0x20:
            a = struct.unpack_from('<I', data, k)[0]
        elif code == 0x54:
            a &= k
        elif code == 0x05:
            at += k
        elif code in (0x15, 0x25, 0x35):
            holds = {0x15: a == k, 0x25: a > k, 0x35: a >= k}[code]
            at += jt if holds else jf
        elif code == 0x06:
            return k
        else:
            raise ValueError(f'instruction {code:#x}')


def bpf(path_, arch, calls):
    with open(path_, 'rb') as f:
        text = f.read()
    if len(text) % 8 or not text:
        return 1
    program = list(struct.iter_unpack('<HBBI', text))
    for call in calls:
        nr, *args = (int(n, 0) for n in call.split(','))
        data = struct.pack('<II7Q', nr & 0xffffffff, ARCHS[arch], 0,
                           *(args + [0] * (6 - len(args))))
        print(f'{bpf_run(program, data):#x}')
    return 0


if __name__ == '__main__':
    if sys.argv[1] == 'landlock':
        sys.exit(landlock(sys.argv[2], int(sys.argv[3]),
                          int((sys.argv + ['0'])[4])))
    sys.exit(bpf(sys.argv[2], sys.argv[3], sys.argv[4:]))
