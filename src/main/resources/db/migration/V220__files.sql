-- Files that tenants upload for batches, and what batches answer: in pieces, sealed with the tenant's own key, as contents are.
CREATE TABLE stored_file (
    tenant     text        NOT NULL REFERENCES content_policy ON DELETE CASCADE,
    id         text        NOT NULL,
    filename   text        NOT NULL,
    purpose    text        NOT NULL CHECK (purpose IN ('batch', 'batch_output')),
    bytes      bigint      NOT NULL CHECK (bytes >= 0),
    complete   boolean     NOT NULL DEFAULT false,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX stored_file_by_end ON stored_file (expires_at);
COMMENT ON COLUMN stored_file.bytes IS 'of the text; of a file that is still written: room that is reserved for it';
COMMENT ON COLUMN stored_file.complete IS 'false while it is written: it is not there for anybody';

CREATE TABLE stored_file_piece (
    tenant text    NOT NULL,
    file   text    NOT NULL,
    place  integer NOT NULL CHECK (place >= 0),
    sealed bytea   NOT NULL,
    PRIMARY KEY (tenant, file, place),
    FOREIGN KEY (tenant, file) REFERENCES stored_file ON DELETE CASCADE
);
-- AES leaves nothing to compress.
ALTER TABLE stored_file_piece ALTER COLUMN sealed SET STORAGE EXTERNAL;
COMMENT ON COLUMN stored_file_piece.sealed IS 'a megabyte of the text, the last piece less, sealed with the tenant''s key';
