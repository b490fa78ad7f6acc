/**
 * What holds between tables whatever was called or killed, for every drill: a sentence, and the statement that finds rows
 * that break it. Drills add what only they can know.
 */
export const TABLE_RULES: Readonly<Record<string, string>> = {
  "a session counts another number of messages than it has": `
    select from sessions s where messages <> (
      select count(*) from conversations c where c.user_id = s.user_id and c.session_id = s.session_id)`,
  "messages of a session that is not there": `
    select from conversations c where not exists (
      select from sessions s where s.user_id = c.user_id and s.session_id = c.session_id)`,
  "a memory without one of its versions": `
    select from knowledge k where version - 1 <> (
      select count(*) from knowledge_versions v where v.user_id = k.user_id and v.knowledge_id = k.id)`,
  "a preference without one of its versions": `
    select from preferences p where version - 1 <> (
      select count(*) from preference_versions v where v.user_id = p.user_id and v.key = p.key)`,
  "a row of a user who is not there": `
    select from knowledge k where not exists (select from users u where u.user_id = k.user_id)`,
};
