-- A load writes what a merge soon writes anew, so attributes, events and links of spans are packed lightly by loads and well by
-- merges: that is what engine.xml makes of the default codec (docs/decisions/0074-less-work-for-a-load.md). On a cluster it stays
-- ZSTD(1), because there the default is its operator's (cluster-schema.ts).
ALTER TABLE spans MODIFY COLUMN attributes CODEC(Default), MODIFY COLUMN events CODEC(Default), MODIFY COLUMN links CODEC(Default);

-- Whatever else has no codec of its own stays in LZ4.
ALTER TABLE spans MODIFY COLUMN service CODEC(LZ4), MODIFY COLUMN name CODEC(LZ4), MODIFY COLUMN kind CODEC(LZ4),
  MODIFY COLUMN status CODEC(LZ4), MODIFY COLUMN status_message CODEC(LZ4), MODIFY COLUMN parent_span_id CODEC(LZ4),
  MODIFY COLUMN trace_state CODEC(LZ4), MODIFY COLUMN flags CODEC(LZ4), MODIFY COLUMN scope_id CODEC(LZ4),
  MODIFY COLUMN attribute_types CODEC(LZ4), MODIFY COLUMN dropped_attributes CODEC(LZ4), MODIFY COLUMN dropped_events CODEC(LZ4),
  MODIFY COLUMN dropped_links CODEC(LZ4);

ALTER TABLE resources MODIFY SETTING default_compression_codec = 'LZ4';
ALTER TABLE scopes MODIFY SETTING default_compression_codec = 'LZ4';
ALTER TABLE logs MODIFY SETTING default_compression_codec = 'LZ4';
ALTER TABLE series MODIFY SETTING default_compression_codec = 'LZ4';
ALTER TABLE samples MODIFY SETTING default_compression_codec = 'LZ4';
ALTER TABLE histograms MODIFY SETTING default_compression_codec = 'LZ4';
ALTER TABLE summaries MODIFY SETTING default_compression_codec = 'LZ4';
ALTER TABLE exemplars MODIFY SETTING default_compression_codec = 'LZ4';
ALTER TABLE receipts MODIFY SETTING default_compression_codec = 'LZ4';
ALTER TABLE span_red MODIFY SETTING default_compression_codec = 'LZ4';
ALTER TABLE log_volume MODIFY SETTING default_compression_codec = 'LZ4';
ALTER TABLE trace_bounds MODIFY SETTING default_compression_codec = 'LZ4';
ALTER TABLE attribute_keys MODIFY SETTING default_compression_codec = 'LZ4';
ALTER TABLE service_edges MODIFY SETTING default_compression_codec = 'LZ4';
