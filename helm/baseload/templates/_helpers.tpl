{{- define "baseload.name" -}}
{{- if contains "baseload" .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{ else }}{{ printf "%s-baseload" .Release.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "baseload.selector" -}}
app.kubernetes.io/name: baseload
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "baseload.labels" -}}
{{ include "baseload.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "baseload.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "baseload.name" .) }}
{{- end }}

{{- define "baseload.claim" -}}
{{ .Values.persistence.existingClaim | default (include "baseload.name" .) }}
{{- end }}

{{/* MiB */}}
{{- define "baseload.memory" -}}
{{- with .Values.memory }}{{ add .weights .kvCache .heap .reserve }}{{ end }}
{{- end }}

{{/* Longer than everything that happens before the process is killed: draining, the shutdown phase, closing engine and database. */}}
{{- define "baseload.gracePeriod" -}}
{{- with .Values.shutdown }}{{ add .drain .phase 30 }}{{ end }}
{{- end }}
