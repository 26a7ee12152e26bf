#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""linuxkit_yml.py TOP FILE... - are these linuxkit.yml files what LinuxKit takes,
and what bailiff needs?

TOP is the source tree: its build.yml, VERSION, gate.conf and example policies
are what the files are held against. Exit: 0, 1 with a line for each fault.
"""
import importlib.machinery
import importlib.util
import json
import os
import sys

import yaml


def table(top):
    """tools/image-label, which knows what a service's keys are."""
    loader = importlib.machinery.SourceFileLoader(
        "image_label", os.path.join(top, "tools/image-label"))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("image_label", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def schema(label):
    image = dict(label.CONFIG, name=str, image=str)
    return {
        "kernel": {"image": str, "cmdline": str, "tar": str, "binary": str,
                   "ucode": str},
        "init": [str],
        "onboot": [image], "services": [image], "onshutdown": [image],
        "volumes": [dict],
        "files": [{"path": str, "source": str, "contents": str, "mode": str,
                   "directory": bool, "symlink": str, "optional": bool,
                   "metadata": str}],
    }


def own_name(top):
    """How gate.conf calls bailiff's container."""
    with open(os.path.join(top, "cmd/bailiff-gate/gate.conf"),
              encoding="utf-8") as f:
        return [line.split("=", 1)[1].strip() for line in f
                if line.startswith("own")][0]


def position(images, name):
    """Where an image of that name stands; -1: nowhere."""
    return next((i for i, image in enumerate(images)
                 if image.split(":")[0].endswith(name)), -1)


def faults(top, yml):
    words = yml.get("kernel", {}).get("cmdline", "").split()
    for word in ("audit=1", "audit_backlog_limit=8192"):
        if word not in words:
            yield f"kernel.cmdline lacks {word}"
    with open(os.path.join(top, "VERSION"), encoding="utf-8") as f:
        ours = "bailiff/bailiff:" + f.read().strip()
    services = {one["name"]: one for one in yml.get("services", [])}
    if len(services) != len(yml.get("services", [])):
        yield "services: a name stands twice"
    bailiff = services.get(own_name(top))
    if bailiff != {"name": own_name(top), "image": ours}:
        yield (f"services: {own_name(top)} must be its name and {ours}, "
               "everything else is in the image")
    init = yml.get("init", [])
    at = position(init, "bailiff/bailiff")
    if at >= 0:
        if init[at] != ours:
            yield f"init: {init[at]} is not {ours}"
        for before in ("linuxkit/runc", "linuxkit/containerd"):
            if not 0 <= position(init, before) < at:
                yield f"init: {before} must stand before bailiff"
        with open(os.path.join(top, "examples/policies/node.json"),
                  encoding="utf-8") as f:
            named = json.load(f)["services"]
        for name in services:
            if name not in named and services[name] is not bailiff:
                yield f"services: no example policy names {name}"
    paths = [one["path"] for one in yml.get("files", [])]
    for path in ("etc/bailiff/root.json", "etc/bailiff/bundle"):
        if path not in paths:
            yield f"files: {path} is missing"


def main():
    top, failed = sys.argv[1], False
    label = table(top)
    for path in sys.argv[2:]:
        try:
            with open(path, encoding="utf-8") as f:
                yml = yaml.safe_load(f)
            label.check(yml, schema(label), path)
            wrong = list(faults(top, yml))
        except (OSError, yaml.YAMLError, label.Unfit, KeyError) as error:
            wrong = [str(error)]
        for fault in wrong:
            print(f"{path}: {fault}")
        failed = failed or bool(wrong)
    return failed


if __name__ == "__main__":
    sys.exit(main())
