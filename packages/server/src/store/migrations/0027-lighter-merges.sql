-- Merges counted distinct values of every column of spans, for the planner, whose plans are the same without
-- (docs/decisions/0084-spans-as-they-came.md).
ALTER TABLE spans MODIFY SETTING auto_statistics_types = '';

-- What else a load packed as if it were to stay, until a merge wrote it anew: as attributes since 0019.
ALTER TABLE spans MODIFY COLUMN ts CODEC(Delta(8), T64, Default), MODIFY COLUMN trace_id CODEC(Default),
  MODIFY COLUMN duration CODEC(T64, Default), MODIFY COLUMN resource_id CODEC(Default);
