#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 74-chaos.sh - the short form of test/chaos.sh; "make chaos" has the long one.

export ROUNDS=${ROUNDS:-8}
exec "$(dirname "$0")/../chaos.sh" "$@"
