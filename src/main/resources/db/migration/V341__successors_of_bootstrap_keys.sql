-- What replaces the configured key also replaces those that followed it by rotation. Those of earlier configured keys stay valid.
UPDATE api_key k SET bootstrap = true
FROM api_key b
WHERE b.bootstrap AND b.revoked_at IS NULL AND NOT k.bootstrap
  AND coalesce(k.budget_key, k.prefix) = coalesce(b.budget_key, b.prefix) AND k.created_at > b.created_at;
