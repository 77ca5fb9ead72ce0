# The service as a container, after ./mvnw package -DskipTests:   docker build -t baseload .
# It runs as any ordinary user that the cluster chooses (in group 0, as on OpenShift), and writes only to /var/lib/baseload, /tmp and DJL_CACHE_DIR.
FROM eclipse-temurin:25-jdk

RUN groupadd --gid 10001 baseload \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/baseload baseload \
 && mkdir -p /opt/baseload /var/lib/baseload /cache \
 && chown 10001:0 /opt/baseload /var/lib/baseload /cache \
 && chmod 770 /var/lib/baseload /cache
USER 10001:10001
WORKDIR /opt/baseload
ENV BASELOAD_HOME=/var/lib/baseload \
    DJL_CACHE_DIR=/cache/djl \
    BASELOAD_MANAGEMENT_PORT=8081

# Extracted, the program starts in half the time. The model is extracted too, because an entry of a jar can't be mapped.
COPY --chown=10001:10001 LICENSE NOTICE ./
COPY --chown=10001:10001 bin/baseload bin/find-jdk bin/
COPY --chown=10001:10001 src/main/model models
RUN --mount=type=bind,source=target,target=/target \
    cp /target/baseload-*-exec.jar /tmp/baseload.jar \
 && java -Djarmode=tools -jar /tmp/baseload.jar extract --destination /opt/baseload --force \
 && rm /tmp/baseload.jar

# Records AOT caches from a run of the service and from one of a gateway.
RUN --mount=type=bind,source=src/build,target=/build \
    java /build/Train.java /opt/baseload && rm -rf /tmp/* /cache/*

EXPOSE 8080 8081
# Docker Compose waits for it, so that applications are started when the model answers.
HEALTHCHECK --interval=5s --timeout=5s --start-period=5m --retries=12 \
    CMD ["bash", "-euc", "exec 3<>/dev/tcp/127.0.0.1/$BASELOAD_MANAGEMENT_PORT; printf 'GET /actuator/health/readiness HTTP/1.0\\r\\nHost: check\\r\\n\\r\\n' >&3; grep -q '^HTTP/1.1 200' <&3"]
VOLUME /var/lib/baseload
ENTRYPOINT ["/opt/baseload/bin/baseload"]
CMD ["serve"]
