# SPDX-License-Identifier: Apache-2.0
# Dockerfile - the bailiff image for LinuxKit: one for init:, onboot: and
# services:.
#
# As an init: image it is unpacked over the root: the gate stands at
# /usr/sbin/runc, where containerd's shim looks before /usr/bin/runc, and
# /etc/init.d/015-bailiff publishes the policy before containerd starts.
# Everything in it is static; bailiff-bundle holds keys and stays on the build
# host. What the service may do stands in build.yml.

ARG BASE=debian:bookworm-slim
FROM ${BASE} AS build
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \
	--no-install-recommends binutils bzip2 dpkg-dev gcc gperf make patch \
	perl xz-utils
WORKDIR /src
COPY . .
# The libraries are kept from one build to the next; their recipes know when
# one has to be made anew.
RUN --mount=type=cache,target=/src/build/musl-sysroot \
	make static && tools/image-root.sh build/static/bin /out

FROM scratch
ENTRYPOINT []
WORKDIR /
COPY --from=build /out /
CMD ["/usr/sbin/bailiffd"]
