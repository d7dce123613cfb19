// Tries the rule natively: the host's functions are these.

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

static plugin_string_t text(const char *words) { return (plugin_string_t){(uint8_t *)words, strlen(words)}; }

static bool same(plugin_string_t text, const char *words) {
  return text.len == strlen(words) && memcmp(text.ptr, words, text.len) == 0;
}

static takt_crm_leads_lead_t lead;
static takt_crm_users_user_t people[3];
static size_t present;
static takt_crm_leads_changes_t changed;
static int updates, notices;
static takt_crm_types_id_t readers[2];
static char body[200];

bool takt_crm_leads_get(takt_crm_leads_id_t *id, takt_crm_leads_lead_t *ret, takt_crm_leads_error_t *err) {
  *ret = lead;
  return true;
}

bool takt_crm_leads_count(takt_crm_leads_filter_t *filter, uint64_t *ret, takt_crm_leads_error_t *err) {
  *ret = same(filter->owner.val, "ann") ? 3 : 1;
  return true;
}

bool takt_crm_leads_update(takt_crm_leads_id_t *id, takt_crm_leads_changes_t *changes, takt_crm_leads_lead_t *ret,
                           takt_crm_leads_error_t *err) {
  changed = *changes;
  updates++;
  return true;
}

bool takt_crm_departments_by_key(plugin_string_t *key, takt_crm_departments_option_department_t *ret,
                                 takt_crm_departments_error_t *err) {
  ret->is_some = same(*key, "sales");
  ret->val.id = text("d1");
  return true;
}

bool takt_crm_departments_head(takt_crm_departments_id_t *department, takt_crm_departments_id_t *except,
                               takt_crm_departments_option_user_t *ret, takt_crm_departments_error_t *err) {
  *ret = (takt_crm_departments_option_user_t){true, people[0]};
  return true;
}

bool takt_crm_users_find(takt_crm_users_filter_t *filter, takt_crm_users_page_t *page,
                         takt_crm_users_tuple2_list_user_option_string_t *ret, takt_crm_users_error_t *err) {
  *ret = (takt_crm_users_tuple2_list_user_option_string_t){.f0 = {people, present}};
  return true;
}

bool takt_crm_notifications_notify(takt_crm_notifications_draft_t *draft, takt_crm_notifications_list_id_t *ret,
                                   takt_crm_notifications_error_t *err) {
  notices++;
  memcpy(readers, draft->to.ptr, draft->to.len * sizeof *readers);
  snprintf(body, sizeof body, "%.*s", (int)draft->body.ptr[0].f1.len, draft->body.ptr[0].f1.ptr);
  return true;
}

// The bindings' own, which are made for WebAssembly.
void plugin_string_set(plugin_string_t *ret, const char *words) { *ret = text(words); }

static bool run(takt_crm_leads_lead_t it, size_t people_present, const char *department,
                exports_takt_crm_rule_failure_t *failure) {
  char config[200];
  const char *rest = "\"amount\": 1000000, \"sources\": [\"referral\", \"partner\"], \"vip_from\": 70";
  snprintf(config, sizeof config, "{\"department\": \"%s\", %s}", department, rest);
  lead = it, present = people_present, updates = notices = 0;
  exports_takt_crm_rule_context_t context = {.config = text(config)};
  exports_takt_crm_rule_trigger_t trigger = {.tag = EXPORTS_TAKT_CRM_RULE_TRIGGER_EVENT};
  trigger.val.event.about.id = text("l1");
  exports_takt_crm_rule_option_reply_t reply;
  return exports_takt_crm_rule_handle(&context, &trigger, &reply, failure);
}

int main(void) {
  exports_takt_crm_rule_failure_t failure;
  const char *ids[] = {"eve", "ann", "bob"}, *names[] = {"Eve", "Ann", "Bob"};
  for (int i = 0; i < 3; i++) people[i] = (takt_crm_users_user_t){.id = text(ids[i]), .name = text(names[i])};
  takt_crm_leads_lead_t vip = {.id = text("l1"), .title = text("Chairs")};
  vip.amount.is_some = true, vip.amount.val.minor = 2000000;
  vip.company_name = (plugin_option_string_t){true, text("Keller")};

  // A VIP lead goes to the least busy, and the head is told.
  assert(run(vip, 3, "sales", &failure) && updates == 1 && notices == 1);
  assert(same(changed.owner.val.val, "bob"));
  assert(same(readers[0], "bob") && same(readers[1], "eve"));
  assert(strcmp(body, "“Chairs” scores 70 of 100. Bob takes care of it.") == 0);

  // Others are left alone.
  takt_crm_leads_lead_t plain = vip;
  plain.company_name.is_some = false;
  assert(run(plain, 3, "sales", &failure) && updates == 0 && notices == 0);

  // Nobody is there.
  assert(run(vip, 1, "sales", &failure) && updates == 1 && !changed.owner.is_some && same(readers[0], "eve"));

  // A department that there is not.
  assert(!run(vip, 3, "moon", &failure) && failure.tag == EXPORTS_TAKT_CRM_RULE_FAILURE_PERMANENT);
  assert(same(failure.val.permanent, "there is no department `moon`"));

  puts("4 passed, 0 failed");
}
