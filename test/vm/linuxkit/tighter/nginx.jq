# SPDX-License-Identifier: Apache-2.0
.landlock.netPort |= map(select(.port != [4446]))
