/** The facts of a class in the form in which hundreds of thousands of them are read. */
export const sql = `
create function ends_lines(facts jsonb) returns text language sql immutable strict as $$
  select jsonb_build_array(facts -> 'linkBy', facts -> 'sensitivity')::text || coalesce(string_agg(
    e'\\n'::text || jsonb_build_array(tag -> 'purpose', tag -> 'state', tag -> 'product', tag -> 'ruleId',
      tag -> 'ruleVersion', tag -> 'triggerDate', tag -> 'retainUntil')::text, ''::text order by place), '')
  from jsonb_array_elements(facts -> 'tags') with ordinality as tags (tag, place)
$$;
alter table ends_class add column lines text not null generated always as (ends_lines(facts)) stored;
comment on column ends_class.lines is 'the facts once more: a line for what all tags share and one for each tag, each a JSON array.
Many classes have lines in common, so that a reader parses each but once; printing the facts took most of the time of a preview';
`
