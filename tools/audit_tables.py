# SPDX-License-Identifier: Apache-2.0
"""audit_tables.py - what tools/audit-tables calls: headers to CSV, CSV to C.

    audit_tables.py read TREE VERSIONS     headers below TREE as CSV on stdout
    audit_tables.py write TABLES           TABLES/*.csv to TABLES/*.h
    audit_tables.py compare OLD NEW        rows that are new, gone or changed

The CSV has a row for each constant: table, machine ("-": all), number, name.
"""

import re
import subprocess
import sys
from pathlib import Path

LICENCE = "/* SPDX-License-Identifier: Apache-2.0 */\n"

# Machines: the directory of their headers, and the file of their calls.
MACHINES = {
    "x86_64": ("x86_64-linux-gnu", "asm/unistd_64.h"),
    "x32": ("x86_64-linux-gnux32", "asm/unistd_x32.h"),
    "i386": ("i386-linux-gnu", "asm/unistd_32.h"),
    "aarch64": ("aarch64-linux-gnu", "asm/unistd_64.h"),
    "arm": ("arm-linux-gnueabihf", "asm/unistd-eabi.h"),
    "riscv64": ("riscv64-linux-gnu", "asm/unistd_64.h"),
    "riscv32": ("riscv64-linux-gnu", "asm/unistd_32.h"),
    "s390x": ("s390x-linux-gnu", "asm/unistd_64.h"),
    "ppc64le": ("powerpc64le-linux-gnu", "asm/unistd_64.h"),
    "ppc": ("powerpc-linux-gnu", "asm/unistd_32.h"),
    "loongarch64": ("loongarch64-linux-gnu", "asm/unistd_64.h"),
}
X32_BIT = 0x40000000
# Machines whose calls audit knows by more than one AUDIT_ARCH_*.
SAME_CALLS = {"ppc64le": ["PPC64LE", "PPC64"]}

# table, headers, names that count, names that do not. Of several names for one
# number the first in the header counts.
CONSTANTS = [
    ("type", ["linux/audit.h", "libaudit.h"], r"AUDIT_\w+",
     r"AUDIT_(\w+_)?(FIRST|LAST)_\w+"),
    ("arch", ["linux/audit.h"], r"AUDIT_ARCH_\w+", None),
    ("errno", ["linux/errno.h"], r"E[A-Z0-9]+", None),
    ("signal", ["asm/signal.h"], r"SIG[A-Z0-9]+",
     r"SIG(RT\w+|STKSZ|UNUSED)"),
    ("capability", ["linux/capability.h"], r"CAP_[A-Z_]+", r"CAP_LAST_CAP"),
    ("uring_op", ["linux/io_uring.h"], r"IORING_OP_\w+", r"IORING_OP_LAST"),
    ("resolve", ["linux/openat2.h"], r"RESOLVE_\w+", None),
    ("at_flags", ["linux/fcntl.h"], r"AT_[A-Z_]+",
     r"AT_(FDCWD|STATX_SYNC_TYPE|EACCESS|REMOVEDIR|RENAME_\w+|HANDLE_\w+|"
     r"EXECVE_CHECK|STATX_SYNC_AS_STAT)"),
    ("fcntl_cmd", ["linux/fcntl.h"], r"F_[A-Z0-9_]+",
     r"F_(LINUX_SPECIFIC_BASE|RDLCK|WRLCK|UNLCK|EXLCK|SHLCK|OWNER_\w+|SEAL_\w+)"),
    ("mmap_flags", ["linux/mman.h"], r"MAP_[A-Z0-9_]+",
     r"MAP_(TYPE|FILE|HUGE_\w+|UNINITIALIZED)"),
    ("prot", ["linux/mman.h"], r"PROT_[A-Z0-9_]+", None),
    ("clone_flags", ["linux/sched.h"], r"CLONE_[A-Z_]+", r"CLONE_ARGS_\w+"),
    ("mount_flags", ["linux/mount.h"], r"MS_[A-Z_]+",
     r"MS_(RMT_MASK|MGC_\w+|VERBOSE)"),
    ("ptrace_op", ["linux/ptrace.h"], r"PTRACE_[A-Z0-9_]+",
     r"PTRACE_(EVENT|O|EVENTMSG|SYSCALL_INFO|PEEKSIGINFO|RSEQ)_\w+"),
    ("prctl_op", ["linux/prctl.h"], r"PR_(?:GET|SET|CAPBSET|CAP|MCE|MPX|TASK|PAC"
     r"|SVE|SME|SCHED|SPEC|TAGGED|RISCV|PPC|RSEQ|TIMER|CFI|LOCK|FUTEX)\w*",
     r"PR_(SET_MM_\w+|SET_VMA_\w+|SET_PTRACER_ANY|MCE_KILL_\w+|SPEC_\w+|SCHED_CORE_\w+|"
     r"PAC_AP\w+|PAC_RESET_KEYS_\w+|CAP_AMBIENT_\w+|TAGGED_\w+|SVE_(VL|SET_VL_ON)"
     r"\w+|SME_(VL|SET_VL_ON)\w+|RISCV_V_VSTATE\w*|RISCV_CTX\w+|RISCV_SCOPE\w+|"
     r"PPC_DEXCR_(CTRL|SBHE|IBRTPD|SRAPD|NPHIE)\w*|FUTEX_HASH_\w+|TIMER_CREATE_RESTORE_IDS_\w+|"
     r"CFI_\w+|RSEQ_SLICE_EXT_\w+)"),
    ("bpf_cmd", ["linux/bpf.h"], r"BPF_(?:MAP|PROG|OBJ|RAW_TRACEPOINT|BTF|TASK|"
     r"LINK|ENABLE|ITER|TOKEN)_\w+",
     r"BPF_(MAP_TYPE|PROG_TYPE|LINK_TYPE|TASK_ITER)_\w+|BPF_F_\w+"),
    ("seccomp_op", ["linux/seccomp.h"], r"SECCOMP_(?:SET|GET)_\w+", None),
    ("seccomp_code", ["linux/seccomp.h"], r"SECCOMP_RET_\w+",
     r"SECCOMP_RET_(KILL|ACTION|ACTION_FULL|DATA)"),
    ("keyctl_op", ["linux/keyctl.h"], r"KEYCTL_[A-Z_]+",
     r"KEYCTL_(SUPPORTS|CAPS\d?|MOVE_EXCL)_\w+|KEYCTL_MOVE_EXCL"),
    ("rlimit", ["linux/resource.h"], r"RLIMIT_[A-Z]+", None),
    ("epoll_op", ["linux/eventpoll.h"], r"EPOLL_CTL_\w+", None),
    ("clock", ["linux/time.h"], r"CLOCK_[A-Z_]+", r"CLOCK_AUX_LAST"),
    ("personality", ["linux/personality.h"],
     r"PER_[A-Z0-9_]+|[A-Z][A-Z0-9_]+", r"PER_MASK|PER_CLEAR_ON_SETID|_\w+"),
    ("socketcall", ["linux/net.h"], r"SYS_[A-Z0-9]+", None),
    ("protocol", ["linux/in.h"], r"IPPROTO_\w+", r"IPPROTO_MAX"),
    ("nfproto", ["linux/netfilter.h"], r"NFPROTO_\w+",
     r"NFPROTO_(NUMPROTO|DECNET)"),
    ("family", ["bits/socket.h"], r"PF_\w+", r"PF_(MAX|LOCAL|FILE)"),
    ("sockopt_level", ["bits/socket.h"], r"SOL_\w+", None),
    ("socket_type", ["bits/socket.h"], r"SOCK_\w+", None),
    ("shm_flags", ["linux/ipc.h", "linux/shm.h"],
     r"IPC_(CREAT|EXCL)|SHM_(HUGETLB|NORESERVE)", None),
    ("multicast_group", ["linux/audit.h"], r"AUDIT_NLGRP_\w+",
     r"AUDIT_NLGRP_MAX"),
    ("umount_flags", ["sys/mount.h"], r"MNT_\w+|UMOUNT_\w+",
     r"MNT_ID_\w+"),
]
# Constants that differ from machine to machine.
BY_MACHINE = [
    ("open_flags", ["asm/fcntl.h"], r"O_[A-Z]+", r"O_(ACCMODE|NDELAY)",
     ["x86_64", "aarch64", "arm", "ppc64le", "s390x", "riscv64"]),
]
# What no header of user space has, but the kernel logs.
FIXED = [
    ("errno", 512, "ERESTARTSYS"), ("errno", 513, "ERESTARTNOINTR"),
    ("errno", 514, "ERESTARTNOHAND"), ("errno", 516, "ERESTART_RESTARTBLOCK"),
    ("clone_flags", 17, "SIGCHLD"),
    ("access", 0, "F_OK"), ("access", 1, "X_OK"), ("access", 2, "W_OK"),
    ("access", 4, "R_OK"),
    ("filter_list", 0, "user"), ("filter_list", 1, "task"),
    ("filter_list", 4, "exit"), ("filter_list", 5, "exclude"),
    ("filter_list", 6, "filesystem"), ("filter_list", 7, "uring_exit"),
    ("fan_response", 1, "allow"), ("fan_response", 2, "deny"),
]
# Records whose name in logs is not that of the constant.
LOG_NAMES = {"AUDIT_AA": "AUDIT_APPARMOR"}


# ---- headers to CSV ---------------------------------------------------------

def preprocess(tree, directory, text, *options):
    """gcc -E of text against the headers below tree alone."""
    include = Path(tree, "usr/include")
    gcc = subprocess.run(["gcc", "-print-file-name=include"], check=True,
                         capture_output=True, text=True).stdout.strip()
    return subprocess.run(
        ["gcc", "-E", "-P", "-nostdinc", "-D_SYS_SOCKET_H",
         f"-D__X32_SYSCALL_BIT={X32_BIT}", "-D__NR_SYSCALL_BASE=0",
         "-isystem", str(include / directory), "-isystem", str(include),
         "-isystem", str(include / "x86_64-linux-gnu"), "-isystem", gcc,
         *options, "-"], input=text, check=True, capture_output=True,
        text=True).stdout


def value_of(expression, known):
    """A constant expression of C, or None."""
    def number(match):
        word = match.group(0)
        if not word[0].isdigit():
            return str(known[word]) if word in known else "!"
        word = word.rstrip("uUlL")
        octal = re.fullmatch(r"0[0-7]+", word)
        return str(int(word, 8 if octal else 0))

    try:
        expression = re.sub(r"\w+", number, expression)
        if not re.fullmatch(r"[-0-9()|+<~&* ]+", expression):
            return None
        return eval(expression, {"__builtins__": {}})
    except (ValueError, SyntaxError, TypeError):
        return None


def enums_of(text):
    """Every enumerator of preprocessed text, in order."""
    known = {}
    for body in re.findall(r"\benum\b[^;{}()]*\{([^}]*)\}", text):
        after = 0
        for member in body.split(","):
            name, _, given = member.strip().partition("=")
            if not re.fullmatch(r"\w+", name.strip()):
                continue
            value = value_of(given.strip(), known) if given else after
            if value is None:
                continue
            known[name.strip()] = value
            after = value + 1
    return known


def constants(tree, directory, headers, wanted, unwanted):
    """{name: value} of what the headers define, in their order."""
    text = "".join(f"#include <{h}>\n" for h in headers)
    plain = preprocess(tree, directory, text)
    known = enums_of(plain)
    defined = re.findall(r"^#define (\w+)[ \t]+\S", preprocess(
        tree, directory, text, "-dD"), re.M)
    names = [n for n in dict.fromkeys(list(known) + defined)
             if re.fullmatch(wanted, n) and not
             (unwanted and re.fullmatch(unwanted, n))]
    asked = text + "".join(f'@@ "{n}" {n}\n' for n in names)
    found = {}
    for name, expression in re.findall(r'^@@ "(\w+)" (.*)$', preprocess(
            tree, directory, asked), re.M):
        value = value_of(expression, known)
        if value is not None:
            found[name] = value
    return found


def first_of_each(found):
    """Drop further names of a number."""
    seen = {}
    for name, value in found.items():
        seen.setdefault(value, name)
    return sorted((value, name) for value, name in seen.items())


def calls_of(tree, machine):
    directory, header = MACHINES[machine]
    found = constants(tree, directory, [header], r"__NR_\w+",
                      r"__NR_(syscalls|SYSCALL_BASE)")
    if not found:
        raise SystemExit(f"{directory}/{header}: no system calls")
    return [(value & ~X32_BIT if machine == "x32" else value, name[5:])
            for value, name in first_of_each(found)]


def read(tree, versions):
    print("# SPDX-License-Identifier: Apache-2.0")
    print("# kernel.csv - constants of the headers that follow; written by "
          "tools/audit-tables.")
    for line in sorted(Path(versions).read_text().split("\n")):
        if line:
            print("#", line)
    print("table,machine,number,name")
    for table, headers, wanted, unwanted in CONSTANTS:
        found = constants(tree, "x86_64-linux-gnu", headers, wanted, unwanted)
        found.update({n: v for t, v, n in FIXED if t == table})
        if not found:
            raise SystemExit(f"{headers}: nothing for {table}")
        for value, name in first_of_each(found):
            if table != "type" or 1000 <= value < 3000:
                print(f"{table},-,{value},{LOG_NAMES.get(name, name)}")
    for table, value, name in FIXED:
        if table not in [row[0] for row in CONSTANTS]:
            print(f"{table},-,{value},{name}")
    for table, headers, wanted, unwanted, machines in BY_MACHINE:
        for machine in machines:
            found = constants(tree, MACHINES[machine][0], headers, wanted,
                              unwanted)
            for value, name in first_of_each(found):
                print(f"{table},{machine},{value},{name}")
    for machine in MACHINES:
        for value, name in calls_of(tree, machine):
            print(f"syscall,{machine},{value},{name}")



# ---- CSV to C ---------------------------------------------------------------

# table: its class, the bits that are one number (ALL: it is no set), what
# comes off the front of its names, whether they become lower case.
ALL = (1 << 64) - 1
SYMBOLS = {
    "access": ("ACCESS", 0, "", False),
    "arch": ("ARCH", ALL, "AUDIT_ARCH_", True),
    "at_flags": ("AT_FLAGS", 0, "", False),
    "bpf_cmd": ("BPF_CMD", ALL, "", False),
    "capability": ("CAPABILITY", ALL, "", False),
    "clock": ("CLOCK", ALL, "", False),
    "clone_flags": ("CLONE_FLAGS", 0xff, "", False),
    "epoll_op": ("EPOLL_OP", ALL, "", False),
    "errno": ("ERRNO", ALL, "", False),
    "family": ("FAMILY", ALL, "PF_", True),
    "fan_response": ("FAN_RESPONSE", ALL, "", False),
    "fcntl_cmd": ("FCNTL_CMD", ALL, "", False),
    "filter_list": ("FILTER_LIST", ALL, "", False),
    "keyctl_op": ("KEYCTL_OP", ALL, "", False),
    "mmap_flags": ("MMAP_FLAGS", 0xf, "", False),
    "mount_flags": ("MOUNT_FLAGS", 0, "", False),
    "multicast_group": ("MULTICAST_GROUP", ALL, "AUDIT_NLGRP_", True),
    "nfproto": ("NFPROTO", ALL, "NFPROTO_", True),
    "open_flags": ("OPEN_FLAGS", 3, "", False),
    "personality": ("PERSONALITY", 0xff, "", False),
    "prctl_op": ("PRCTL_OP", ALL, "", False),
    "prot": ("PROT", 0, "", False),
    "protocol": ("PROTOCOL", ALL, "IPPROTO_", True),
    "ptrace_op": ("PTRACE_OP", ALL, "", False),
    "resolve": ("RESOLVE", 0, "", False),
    "rlimit": ("RLIMIT", ALL, "", False),
    "seccomp_code": ("SECCOMP_CODE", 0xffff0000, "SECCOMP_RET_", True),
    "seccomp_op": ("SECCOMP_OP", ALL, "", False),
    "shm_flags": ("SHM_FLAGS", 0, "", False),
    "signal": ("SIGNAL", ALL, "", False),
    "socket_type": ("SOCKET_TYPE", 0xf, "", False),
    "socketcall": ("SOCKETCALL", ALL, "SYS_", True),
    "sockopt_level": ("SOCKOPT_LEVEL", ALL, "", False),
    "umount_flags": ("UMOUNT_FLAGS", 0, "", False),
    "uring_op": ("URING_OP", ALL, "IORING_OP_", True),
}


def rows_of(path):
    lines = [line for line in Path(path).read_text().split("\n")
             if line and not line.startswith("#")]
    return [line.split(",") for line in lines[1:]]


def begin(name, what, source):
    guard = f"PKG_AUDIT_TABLES_{name.upper()}_H"
    return (f"{LICENCE}/* {name}.h - {what}\n * Written by tools/audit-tables "
            f"of {source}; do not edit. */\n#ifndef {guard}\n#define {guard}\n"
            "\n/* clang-format off */\n")


END = "/* clang-format on */\n\n#endif\n"


def packed(words, indent="\t"):
    """Words on lines of at most 80 columns."""
    lines, line = [], ""
    for word in words:
        if line and 8 + len(line) + 1 + len(word) > 80:
            lines.append(indent + line)
            line = ""
        line = f"{line} {word}" if line else word
    return "\n".join(lines + [indent + line] if line else lines) + "\n"


def pool(struct, names):
    """A struct of arrays, one a name: names by offset, without pointers."""
    out = f"static const struct {struct} {{\n\tchar none[1];\n"
    out += "".join(f'\tchar n_{n}[sizeof("{n}")];\n' for n in names)
    out += f"}} {struct} = {{\n\t\"\",\n"
    out += "".join(f'\t"{n}",\n' for n in names)
    return out + "};\n"


def write_types(rows):
    names = [(int(number), name[6:]) for table, _, number, name in rows
             if table == "type"]
    out = begin("types", "record types and their names.", "kernel.csv")
    out += "static const struct record_name record_names[] = {\n"
    out += "".join(f'\t{{ {n}, "{name}" }},\n' for n, name in sorted(names))
    return out + "};\n" + END


def write_calls(rows, args):
    calls, archs = {}, {}
    for table, machine, number, name in rows:
        if table == "syscall":
            calls.setdefault(machine, []).append((int(number), name))
        elif table == "arch":
            archs[name[11:]] = int(number)
    names = sorted({name for rows in calls.values() for _, name in rows})
    out = begin("syscalls", "system calls by machine, and what their "
                "arguments are.", "kernel.csv\n * and args.csv")
    out += pool("call_names", names)
    classes = {}
    for call, index, name in args:
        if call not in names:
            raise SystemExit(f"args.csv: no machine has a call {call}")
        classes.setdefault(call, {})[int(index)] = name
    out += "enum {\n\tCALL_NONE,\n"
    out += "".join(f"\tCALL_{n},\n" for n in names) + "};\n"
    out += ("static const struct call_row {\n\tuint16_t name; "
            "/* where it stands in call_names */\n"
            "\tuint8_t args[4]; /* enum field_class */\n} call_rows[] = {\n")
    for name in names:
        inside = ", ".join(f"[{i}] = FIELD_{c}" for i, c in
                           sorted(classes.get(name, {0: "UNKNOWN"}).items()))
        out += (f"\t[CALL_{name}] = {{ offsetof(struct call_names, n_{name}),"
                f" {{ {inside} }} }},\n")
    out += "};\n"
    tables = ""
    for machine, known in calls.items():
        out += f"static const uint16_t calls_{machine}[] = {{\n"
        out += packed(f"[{n}] = CALL_{name}," for n, name in known)
        out += "};\n"
        bit = X32_BIT if machine == "x32" else 0
        audit = {"x32": ["X86_64"]}.get(
            machine, SAME_CALLS.get(machine, [machine.upper()]))
        tables += "".join(f"\t{{ {archs[a]:#x}, {bit:#x}, CALLS({machine}) }},"
                          f" /* {a} */\n" for a in audit)
    out += ("#define CALLS(machine) \\\n\tcalls_##machine, "
            "sizeof(calls_##machine) / sizeof(uint16_t)\n")
    out += ("static const struct call_table {\n\tuint32_t arch, bit; "
            "/* set in the number: x32 */\n\tconst uint16_t *calls;\n"
            f"\tsize_t count;\n}} call_tables[] = {{\n{tables}}};\n")
    return out + "#undef CALLS\n" + END


def split(table, rows):
    """The rows that are numbers, and those that are bits."""
    mask = SYMBOLS[table][1]
    if table == "personality":
        ones = {}
        for value, name in rows:
            if name.startswith("PER_"):
                ones.setdefault(value & mask, name)
        return (sorted(ones.items()),
                [r for r in rows if not r[1].startswith("PER_")])
    ones = [r for r in rows if r[0] & ~mask == 0]
    bits = [r for r in rows if r[0] & ~mask != 0]
    # What has several bits is looked for first: O_SYNC has O_DSYNC in it.
    return ones, sorted(bits, key=lambda r: (-bin(r[0]).count("1"), r[0]))


def write_symbols(rows):
    archs = {name[11:]: int(n) for t, _, n, name in rows if t == "arch"}
    tables, shown = {}, set()
    for table, machine, number, name in rows:
        if table not in SYMBOLS:
            continue
        _, _, prefix, lower = SYMBOLS[table]
        name = name.removeprefix(prefix)
        name = name.lower() if lower else name
        shown.add(name)
        tables.setdefault((table, machine), []).append((int(number), name))
    out = begin("symbols", "numbers that have names, by class.", "kernel.csv")
    out += pool("symbol_names", sorted(shown))
    out += ("#define NAME(name) \\\n"
            "\t(uint16_t)offsetof(struct symbol_names, n_##name)\n"
            "struct symbol {\n\tuint64_t value;\n\tuint16_t name;\n};\n")
    index, seen = "", {}
    for (table, machine), known in sorted(tables.items()):
        # One table where machines agree; x86_64's stands for the others.
        twin = seen.setdefault((table, tuple(known)), machine)
        label = table if twin == "-" else f"{table}_{twin}"
        ones, bits = split(table, known)
        if twin == machine:
            for kind, part in (("ones", ones), ("bits", bits)):
                if part:
                    out += f"static const struct symbol {kind}_{label}[] = {{\n"
                    out += "".join(f"\t{{ {v:#x}, NAME({n}) }},\n"
                                   for v, n in part) + "};\n"
        name, mask, _, _ = SYMBOLS[table]
        arch = 0 if machine in ("-", "x86_64") else archs[machine.upper()]
        parts = [f"SYMBOLS({kind}_{label})" if part else "NULL, 0"
                 for kind, part in (("ones", ones), ("bits", bits))]
        index += (f"\t{{ FIELD_{name}, {arch:#x}, {mask:#x},\n"
                  f"\t  {', '.join(parts)} }},\n")
        if table == "open_flags" and machine == "ppc64le":
            index += index[index.rindex("\t{ FIELD"):].replace(
                f"{arch:#x}", f"{archs['PPC']:#x}", 1)
    first = ""
    for place, name in enumerate(re.findall(r"FIELD_(\w+)", index)):
        if f"[FIELD_{name}]" not in first:
            first += f"\t[FIELD_{name}] = {place + 1},\n"
    out += ("#define SYMBOLS(rows) rows, sizeof(rows) / sizeof((rows)[0])\n"
            "/* A machine's own row comes before the one for all others. */\n"
            "static const struct symbol_table {\n\tuint8_t class;\n"
            "\tuint32_t arch; /* 0: all that have no row */\n"
            "\tuint64_t mask; /* these bits are one number */\n"
            "\tconst struct symbol *ones;\n\tsize_t one_count;\n"
            "\tconst struct symbol *bits;\n\tsize_t bit_count;\n"
            f"}} symbol_tables[] = {{\n{index}}};\n"
            "/* The first row of a class, counted from 1; 0: it has none. */\n"
            f"static const uint8_t symbol_first[FIELD_CLASSES] = {{\n{first}"
            "};\n")
    return out + "#undef NAME\n#undef SYMBOLS\n" + END


# ---- the dictionary: a perfect hash -----------------------------------------

SLOTS, BUCKETS, MULTIPLIER = 512, 128, 0x9E3779B97F4A7C15


def key_words(key):
    """As key_words() in fields.c."""
    b, n = key.encode(), len(key)
    if n >= 4:
        first, last = (int.from_bytes(b[i:i + 4], "little")
                       for i in (0, n - 4))
        middle = int.from_bytes(b[n // 2 - 2:n // 2 + 2], "little")
    else:
        first = b[0] | b[n // 2] << 8 | b[n - 1] << 16
        last = middle = 0
    return first | last << 32, middle


def key_hash(key):
    """As key_hash() in fields.c."""
    ends, middle = key_words(key)
    word = ends ^ (middle * 0x85EBCA6B) ^ len(key)
    word ^= word >> 29
    return (word * MULTIPLIER & ALL) >> 32


def displaced(keys):
    """For each bucket what makes its keys fall into free slots."""
    buckets, slots, moves = {}, {}, [0] * BUCKETS
    for key in keys:
        buckets.setdefault(key_hash(key) >> 25, []).append(key)
    for bucket, held in sorted(buckets.items(), key=lambda b: -len(b[1])):
        for move in range(SLOTS):
            at = [(h + move * (h >> 9 | 1)) % SLOTS
                  for h in map(key_hash, held)]
            if len(set(at)) == len(at) and not set(at) & set(slots):
                break
        else:
            raise SystemExit(f"no place for {held}: more slots are needed")
        moves[bucket] = move
        slots.update(zip(at, held))
    return moves, slots


def ranges_of(words, types):
    """(first, last) pairs of a types column."""
    for word in words.split():
        if word == "user":
            yield from ((1005, 1005), (1100, 1299), (2001, 2999))
        elif "-" in word and word.replace("-", "").isdigit():
            yield tuple(int(n) for n in word.split("-"))
        elif word in types:
            yield types[word], types[word]
        else:
            raise SystemExit(f"fields.csv: no record type {word}")


def write_fields(rows, dictionary):
    types = {name[6:]: int(n) for t, _, n, name in rows if t == "type"}
    rules, fallback = {}, {}
    for key, words, name in dictionary:
        if key in fallback:
            raise SystemExit(f"fields.csv: {key}: a row after its \"*\"")
        if words == "*":
            fallback[key] = name
        else:
            rules.setdefault(key, []).extend(
                (*r, name) for r in ranges_of(words, types))
    keys = sorted(set(rules) | set(fallback))
    moves, slots = displaced(keys)
    longest = max(len(key) for key in keys)
    out = begin("fields", "the dictionary of fields, a perfect hash.",
                "fields.csv")
    out += f"#define FIELD_SLOTS {SLOTS}\n#define FIELD_BUCKETS {BUCKETS}\n"
    out += f"#define FIELD_MULTIPLIER {MULTIPLIER:#X}ULL\n"
    out += ("static const struct field_rule {\n\tuint16_t first, last; "
            "/* record types */\n\tuint8_t class;\n} field_rules[] = {\n")
    place = {}
    for key in keys:
        if key in rules:
            place[key] = sum(len(rules[k]) for k in place), len(rules[key])
            out += "".join(f"\t{{ {a}, {z}, FIELD_{c} }}, /* {key} */\n"
                           for a, z, c in rules[key])
    out += "};\n"
    out += (f"static const struct field_row {{\n\tuint64_t ends; "
            f"/* four bytes of each end */\n\tchar key[{longest + 1}];\n"
            "\tuint8_t len, class; /* class: of types without a rule */\n"
            "\tuint8_t rule, rule_count;\n} field_rows[FIELD_SLOTS] = {\n")
    for slot, key in sorted(slots.items()):
        rule, count = place.get(key, (0, 0))
        out += (f'\t[{slot}] = {{ {key_words(key)[0]:#x}, "{key}", {len(key)}, '
                f'FIELD_{fallback.get(key, "UNKNOWN")}, {rule}, {count} }},\n')
    out += "};\nstatic const uint16_t field_moves[FIELD_BUCKETS] = {\n"
    return out + packed(f"{m}," for m in moves) + "};\n" + END


def write(directory):
    tables = Path(directory)
    rows, args, dictionary = (rows_of(tables / f"{name}.csv") for name in
                              ("kernel", "args", "fields"))
    for name, text in (("types", write_types(rows)),
                       ("syscalls", write_calls(rows, args)),
                       ("symbols", write_symbols(rows)),
                       ("fields", write_fields(rows, dictionary))):
        (tables / f"{name}.h").write_text(text)


def compare(old, new):
    """What a newer header adds; 1 when it is not only more."""
    before, after = ({tuple(r[:3]): r[3] for r in rows_of(path)}
                     for path in (old, new))
    for key in sorted(set(after) - set(before)):
        print("new:", *key, after[key])
    lost = [key for key in sorted(before) if after.get(key) != before[key]]
    for key in lost:
        print("gone:", *key, before[key], "now", after.get(key, "nothing"))
    return 1 if lost else 0


if __name__ == "__main__":
    VERBS = {"read": read, "write": write, "compare": compare}
    sys.exit(VERBS[sys.argv[1]](*sys.argv[2:]))
