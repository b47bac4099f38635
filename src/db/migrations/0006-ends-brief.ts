/** The facts of a class in the form in which hundreds of thousands of them are read. */
export const sql = `
create function ends_brief(facts jsonb) returns text language sql immutable strict as $$
  select jsonb_build_array(facts -> 'linkBy', facts -> 'sensitivity', coalesce(jsonb_agg(jsonb_build_array(
    tag -> 'purpose', tag -> 'state', tag -> 'product', tag -> 'ruleId', tag -> 'ruleVersion', tag -> 'triggerDate',
    tag -> 'retainUntil') order by place), '[]'))::text
  from jsonb_array_elements(facts -> 'tags') with ordinality as tags (tag, place)
$$;
alter table ends_class add column brief text not null generated always as (ends_brief(facts)) stored;
comment on column ends_class.brief is 'the facts once more, without names and ready to be sent; printing jsonb took most of the time of a preview';
`
