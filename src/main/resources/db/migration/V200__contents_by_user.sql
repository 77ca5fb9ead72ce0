-- What an end user said is found without reading all that the tenant has.
CREATE INDEX content_by_user ON content (tenant, end_user) WHERE end_user IS NOT NULL;
CREATE INDEX content_by_identifier ON content (tenant, safety_identifier) WHERE safety_identifier IS NOT NULL;

-- A tenant may say that nothing is kept before there is any key.
ALTER TABLE content_policy ALTER COLUMN sealed_key DROP NOT NULL;
