#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 40-conformance.sh - the conformance client as a program: what it asks for, what
# lies in its directories, what servers and local files can do to it.
# seconds: 300
# beside: others

exec "$(dirname "$0")/lib/run.sh" conformance.py
