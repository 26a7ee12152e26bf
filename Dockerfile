# SPDX-License-Identifier: Apache-2.0
# Dockerfile - the bailiff image for LinuxKit: one for init: and for services:.
#
# As an init: image it is unpacked over the root: the gate stands at
# /usr/sbin/runc, where containerd's shim looks before /usr/bin/runc, and
# /etc/init.d/015-bailiff publishes the policy before containerd starts. The
# programs are linked against Debian's glibc, whose libraries come along; the
# launcher, which is mapped into every service, is static. bailiff-bundle holds
# keys and stays on the build host.

ARG BASE=debian:bookworm-slim
FROM ${BASE} AS build
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \
	--no-install-recommends make gcc libc6-dev linux-libc-dev musl-tools \
	libaudit-dev libseccomp-dev libcap-ng-dev libjansson-dev \
	libmicrohttpd-dev libssl-dev
COPY . /src
WORKDIR /src
RUN rm -rf build && make programs && tools/image-root.sh build/bin /out

FROM scratch
ENTRYPOINT []
WORKDIR /
COPY --from=build /out /
CMD ["/usr/sbin/bailiffd"]
