#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 30-differential.sh - bailiff's client and python-tuf before the same
# repositories: the verdict, what is trusted afterwards, what was asked for.
#
# Each known disagreement is named in test/peers/lib/cases.py, with who is right.
# seconds: 600
# beside: others

exec "$(dirname "$0")/lib/run.sh" differential.py
