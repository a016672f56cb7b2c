# One machine in one container. Debian 14 brings Asterisk, so nothing is unpacked beside the project. Run it with the host's network
# (RTP needs its whole range of ports) and a volume for its state:
#   docker build -t yihao . && docker run --network host -v yihao:/var/yihao -e YIHAO_BIND=192.0.2.5 yihao
FROM debian:forky-slim

# Debian's own services stay off: the supervisor runs private ones.
RUN printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d \
 && apt-get update \
 && apt-get install -y --no-install-recommends asterisk asterisk-modules debian-archive-keyring espeak-ng ffmpeg nodejs npm postgresql redis-server sox \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/yihao
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node scripts/build.mjs

ENV YIHAO_HOME=/var/yihao
VOLUME /var/yihao
STOPSIGNAL SIGTERM
CMD ["node", "scripts/start.mjs"]
