-- What replaces the configured key also replaces those that followed it by rotation.
UPDATE api_key k SET bootstrap = true
FROM api_key b
WHERE b.bootstrap AND NOT k.bootstrap
  AND coalesce(k.budget_key, k.prefix) = coalesce(b.budget_key, b.prefix) AND k.created_at > b.created_at;
