-- How an operator wants a model loaded; null: as the service loads every model.
ALTER TABLE model
    ADD COLUMN compute_precision text,
    ADD COLUMN kv_precision text;
