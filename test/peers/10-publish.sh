#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 10-publish.sh - python-tuf verifies what bailiff-bundle publishes.
# seconds: 300
# beside: others

exec "$(dirname "$0")/lib/run.sh" publish.py
