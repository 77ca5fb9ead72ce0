-- Responses that are older than their tenant keeps contents are found without reading all.
CREATE INDEX stored_response_by_time ON stored_response (tenant, at);
