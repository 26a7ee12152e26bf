#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 20-python-api.sh - bailiff's client verifies what python-tuf's API makes: keys
# of all three kinds, delegations by path and by hash, consistent or not.
# seconds: 300
# beside: others

exec "$(dirname "$0")/lib/run.sh" api.py
