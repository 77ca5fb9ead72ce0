{{/* Names of releases may have dots and begin with a digit, names of Services may not. A release may also be called 123 or true: outside of this name it must be quoted. */}}
{{- define "baseload.name" -}}
{{- $release := regexReplaceAll "^([0-9])" (.Release.Name | replace "." "-") "baseload-${1}" }}
{{- contains "baseload" $release | ternary $release (printf "%s-baseload" $release) | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The Service of the management port, and so Prometheus's job. */}}
{{- define "baseload.management" -}}
{{ include "baseload.name" . | trunc 52 | trimSuffix "-" }}-management
{{- end }}

{{- define "baseload.selector" -}}
app.kubernetes.io/name: baseload
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "baseload.labels" -}}
{{ include "baseload.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | replace "+" "_" | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "baseload.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "baseload.createsAccount" . | empty | ternary "default" (include "baseload.name" .)) }}
{{- end }}

{{/* Not empty unless the account exists already. Values of an earlier chart (helm upgrade --reuse-values) have no such setting. */}}
{{- define "baseload.createsAccount" -}}
{{- if ne (toString .Values.serviceAccount.create) "false" }}true{{ end }}
{{- end }}

{{/* Not empty for a gateway. Values of an earlier chart (helm upgrade --reuse-values) have no engine.enabled: they are for an engine. */}}
{{- define "baseload.gateway" -}}
{{- if eq (toString .Values.engine.enabled) "false" }}true{{ end }}
{{- end }}

{{- define "baseload.claim" -}}
{{ .Values.persistence.existingClaim | default (include "baseload.name" .) }}
{{- end }}

{{- define "baseload.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}{{ else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{/* The names of the variables in env and extraEnv, one a line. */}}
{{- define "baseload.variables" -}}
{{- range $name, $value := .Values.env }}{{ $name }}{{ "\n" }}{{ end }}
{{- range .Values.extraEnv }}{{ .name }}{{ "\n" }}{{ end }}
{{- end }}

{{/* MiB */}}
{{- define "baseload.memory" -}}
{{- with .Values.memory }}{{ if include "baseload.gateway" $ }}{{ add .heap .reserve }}{{ else }}{{ add .weights .kvCache .heap .reserve }}{{ end }}{{ end }}
{{- end }}

{{/* Longer than everything that happens before the process is killed: draining, the shutdown phase, closing engine and database. */}}
{{- define "baseload.gracePeriod" -}}
{{- with .Values.shutdown }}{{ add .drain .phase 30 }}{{ end }}
{{- end }}

{{/* Not empty if there may be more than one pod, as for a gateway, whose home is never on a claim; fails for values that can't work with several pods. */}}
{{- define "baseload.several" -}}
{{- $gateway := include "baseload.gateway" . -}}
{{- if or .Values.autoscaling.enabled (gt (int .Values.replicas) 1) $gateway -}}
{{- $what := empty $gateway | ternary "several replicas need" "a gateway needs" -}}
{{- $missing := list -}}
{{- if not .Values.database.url }}{{ $missing = append $missing "an external database (database.url)" }}{{ end -}}
{{- if not .Values.database.existingSecret }}{{ $missing = append $missing "the Secret with its password (database.existingSecret)" }}{{ end -}}
{{- if not .Values.audit.existingSecret }}{{ $missing = append $missing "a Secret with one key for the audit trail (audit.existingSecret)" }}{{ end -}}
{{- if not .Values.audit.anchorClaim }}{{ $missing = append $missing "a ReadWriteMany claim for the record of earlier signatures (audit.anchorClaim)" }}{{ end -}}
{{- if and .Values.audit.retention (not .Values.audit.archiveClaim) }}{{ $missing = append $missing "a ReadWriteMany claim for an archive that outlives the pods (audit.archiveClaim), or no audit.retention" }}{{ end -}}
{{- if and (not $gateway) (not .Values.persistence.existingClaim) (ne .Values.persistence.accessMode "ReadWriteMany") }}{{ $missing = append $missing "a claim for models that they share (persistence.accessMode: ReadWriteMany, or persistence.existingClaim)" }}{{ end -}}
{{- if $missing }}{{ fail (printf "%s %s: see docs/kubernetes.md#one-replica-or-several" $what (join "; " $missing)) }}{{ end -}}
{{- if and $gateway (or .Values.models.claim .Values.models.image .Values.models.init) }}{{ fail "a gateway has no models: leave models empty, or set engine.enabled" }}{{ end -}}
true
{{- end -}}
{{- end }}

{{/* Not empty on OpenShift, which only Helm itself can see, not "helm template". */}}
{{- define "baseload.openshift" -}}
{{- if .Capabilities.APIVersions.Has "security.openshift.io/v1" }}true{{ end }}
{{- end }}

{{/* The JDBC URL. With database.caSecret, connections are encrypted and the server's certificate and name are verified. */}}
{{- define "baseload.databaseUrl" -}}
{{- with .Values.database }}
{{- if and .caSecret (contains "sslmode=" .url) }}{{ fail "database.caSecret sets sslmode=verify-full: leave sslmode out of database.url, or database.caSecret empty" }}{{ end }}
{{- .url }}{{ if .caSecret }}{{ contains "?" .url | ternary "&" "?" }}sslmode=verify-full&sslrootcert=/database-ca/{{ .caKey | default "ca.crt" }}{{ end }}
{{- end }}
{{- end }}

{{/* The user, only if there is one of your choice: the image has its own, and OpenShift another one for each namespace. */}}
{{- define "baseload.user" -}}
{{- $user := toString .Values.security.user }}
{{- if and (eq $user "") (or .Values.initContainers .Values.sidecars) }}
{{- $user = "10001" }}{{/* their images may name none */}}
{{- end }}
{{- if and (gt (int $user) 0) (not (include "baseload.openshift" .)) }}
runAsUser: {{ int $user }}
runAsGroup: {{ int $user }}
{{- end }}
{{- end }}

{{/* The group that may write to new volumes and read Secrets, unless the cluster chooses it. */}}
{{- define "baseload.group" -}}
{{- if and (ne (toString .Values.security.user) "0") (not (include "baseload.openshift" .)) }}
fsGroup: {{ .Values.security.user | default 10001 | int }}
{{- end }}
{{- end }}

{{- define "baseload.rights" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* The names of the Secrets that the pod uses, one a line; not the certificate's, which is loaded again without a restart. */}}
{{- define "baseload.secretNames" -}}
{{- range list .Values.bootstrapKey.existingSecret .Values.database.existingSecret .Values.audit.existingSecret (.Values.identity).existingSecret (.Values.encryption).existingSecret .Values.database.caSecret }}{{ . }}{{ "\n" }}{{ end }}
{{- $containers := concat (list (dict "env" .Values.extraEnv)) (.Values.initContainers | default list) (.Values.sidecars | default list) }}
{{- range $containers }}
{{- range .env }}{{ ((.valueFrom).secretKeyRef).name }}{{ "\n" }}{{ end }}
{{- range .envFrom }}{{ (.secretRef).name }}{{ "\n" }}{{ end }}
{{- end }}
{{- range .Values.extraVolumes }}{{ (.secret).secretName }}{{ "\n" }}{{ range (.projected).sources }}{{ (.secret).name }}{{ "\n" }}{{ end }}{{ end }}
{{- end }}

{{/* A checksum of their contents, looked up in the cluster: a pod is replaced when one of them changes. */}}
{{- define "baseload.secrets" -}}
{{- $sums := list }}
{{- range $name := include "baseload.secretNames" . | splitList "\n" | uniq | compact }}
{{- $secret := lookup "v1" "Secret" $.Release.Namespace $name }}
{{- $sums = append $sums (printf "%s %s" $name (get ($secret | default dict) "data" | toJson)) }}
{{- end }}
{{- $sums | join "\n" | sha256sum }}
{{- end }}

{{- define "baseload.mounts" -}}
{{- if include "baseload.several" . }}
- name: home
  mountPath: /var/lib/baseload
{{- if not (include "baseload.gateway" .) }}
- name: store
  mountPath: /var/lib/baseload/models
  subPath: models
{{- end }}
{{- else }}
- name: home
  mountPath: /var/lib/baseload
{{- end }}
{{- if or .Values.models.claim .Values.models.image }}
- name: import
  mountPath: /var/lib/baseload/import
  readOnly: true
{{- else if and (not (include "baseload.gateway" .)) (include "baseload.several" .) }}
- name: store
  mountPath: /var/lib/baseload/import
  subPath: import
{{- end }}
- name: tmp
  mountPath: /tmp
- name: cache # the tokenizer unpacks its native library here
  mountPath: /cache
{{- end }}

{{/* Equal requests and limits make the pod Guaranteed. */}}
{{- define "baseload.resources" -}}
requests:
  cpu: {{ .Values.cpu.request | quote }}
  memory: {{ include "baseload.memory" . }}Mi
  {{- with .Values.memory.hugepages | int }}
  hugepages-2Mi: {{ . }}Mi
  {{- end }}
limits:
  {{- if ne (toString .Values.cpu.limit) "none" }}
  cpu: {{ .Values.cpu.limit | default .Values.cpu.request | quote }}
  {{- end }}
  memory: {{ include "baseload.memory" . }}Mi
  {{- with .Values.memory.hugepages | int }}
  hugepages-2Mi: {{ . }}Mi
  {{- end }}
{{- end }}
