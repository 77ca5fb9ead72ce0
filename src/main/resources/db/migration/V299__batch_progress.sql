-- The progress of a batch is in its row, and what a process runs is found without reading all open lines.
CREATE INDEX batch_line_running ON batch_line (instance) WHERE state = 'running';

UPDATE batch SET completed = ended.completed, failed = ended.failed, input_tokens = ended.input_tokens,
  cached_tokens = ended.cached_tokens, output_tokens = ended.output_tokens, reasoning_tokens = ended.reasoning_tokens
FROM (
  SELECT tenant, batch, count(*) FILTER (WHERE state = 'completed') AS completed, count(*) FILTER (WHERE state = 'failed') AS failed,
    sum(input_tokens) AS input_tokens, sum(cached_tokens) AS cached_tokens, sum(output_tokens) AS output_tokens,
    sum(reasoning_tokens) AS reasoning_tokens
  FROM batch_line GROUP BY tenant, batch) ended
WHERE batch.tenant = ended.tenant AND batch.id = ended.batch AND batch.ended_at IS NULL;
