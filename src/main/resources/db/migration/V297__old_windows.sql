-- Windows that are no longer needed are found every few seconds, among those of all tenants.
CREATE INDEX quota_window_short ON quota_window (starts_at) WHERE period IN ('minute', 'hour');
