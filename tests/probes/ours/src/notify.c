#define FAMILY "notify"
#include "probe.h"
static int i1, i2, i3, i4; static u64 cnt[4]; static H hs[6];
static void nf(void *e, void *c) { cnt[(u64)c]++; lg((char)('a' + (u64)c)); }
static const char *which(void *p) { return p == &i1 ? "1" : p == &i2 ? "2" : p == &i3 ? "3" : p == &i4 ? "4" : p ? "?" : "NULL"; }
static const char *hw(H h) { return h == hs[0] ? "0" : h == hs[1] ? "1" : h == hs[2] ? "2" : h == hs[3] ? "3" : h ? "?" : "NULL"; }
static void loc(const char *n, void *reg) { H b[8]; u64 sz = sizeof b; b[0] = (H)1; st s = B->LocateHandle(1, 0, reg, &sz, b); P(n, "%r size=%d h=%s", s, sz, s ? "-" : hw(b[0])); }
static void lp(const char *n, G *g, void *reg) { void *p = (void *)1; st s = B->LocateProtocol(g, reg, &p); P(n, "%r if=%s", s, p == (void *)1 ? "X" : which(p)); }
static void probe(void) {
  H e0, e1, e2; void *r0 = 0, *r1 = 0, *r2 = 0, *r3; st s;
  B->CreateEvent(0x200, 8, nf, (void *)0, &e0); B->CreateEvent(0x200, 16, nf, (void *)1, &e1); B->CreateEvent(0, 0, 0, 0, &e2);
  P("reg_null", "%r %r %r", B->RegisterNotify(0, e0, &r0), B->RegisterNotify(&gA, 0, &r0), B->RegisterNotify(&gA, e0, 0));
  B->Install(&hs[0], &gA, 0, &i1);
  P("reg", "%r %y", B->RegisterNotify(&gA, e0, &r0), 1);
  P("reg_count", "%d", cnt[0]);
  loc("old_first", r0); loc("old_second", r0);
  B->Install(&hs[1], &gA, 0, &i2); P("inst_count", "%d", cnt[0]);
  loc("new_first", r0); loc("new_second", r0);
  B->Install(&hs[2], &gA, 0, &i3); B->Install(&hs[3], &gA, 0, &i4); P("two_count", "%d", cnt[0]);
  loc("two_1", r0); loc("two_2", r0); loc("two_3", r0);
  P("reg_second", "%r diff=%y", B->RegisterNotify(&gA, e1, &r1), r1 != r0);
  lp("lp_reg_1", &gA, r1); lp("lp_reg_2", &gA, r1); lp("lp_reg_3", &gA, r1); lp("lp_reg_4", &gA, r1); lp("lp_reg_5", &gA, r1);
  lp("lp_reg_nullguid", 0, r1); lp("lp_reg_otherguid", &gB, r1);
  lz(); B->Reinstall(hs[1], &gA, &i2, &i2); P("reinst", "%s c0=%d c1=%d", logb, cnt[0], cnt[1]);
  loc("reinst_loc0", r0); loc("reinst_loc0b", r0); lp("reinst_lp1", &gA, r1); lp("reinst_lp1b", &gA, r1);
  lz(); B->Uninstall(hs[3], &gA, &i4); P("uninst", "%s", logb); loc("uninst_loc", r0);
  /* several installs, then remove the one at the registration's position */
  H t = 0; B->Install(&t, &gA, 0, &i4); B->Uninstall(t, &gA, &i4); loc("vanished", r0);
  /* size too small keeps the position */
  t = 0; B->Install(&t, &gA, 0, &i4); { u64 z = 0; H b[2]; s = B->LocateHandle(1, 0, r0, &z, b); P("small", "%r %d", s, z); z = 8; s = B->LocateHandle(1, 0, r0, &z, b); P("small_then", "%r %d %y", s, z, b[0] == t); }
  { u64 n = 9; H *b = (H *)1; s = B->LocateHandleBuffer(1, 0, r0, &n, &b); P("lhb_none", "%r n=%d buf=%s", s, n, b == (H *)1 ? "X" : b ? "set" : "NULL"); }
  H t2 = 0; B->Install(&t2, &gA, 0, &i1); { u64 n = 9; H *b = (H *)1; s = B->LocateHandleBuffer(1, 0, r0, &n, &b); P("lhb", "%r n=%d ok=%y", s, n, !s && b[0] == t2); }
  /* order of notifies: two registrations of one TPL */
  H e3; B->CreateEvent(0x200, 8, nf, (void *)2, &e3); B->RegisterNotify(&gA, e3, &r2); lz(); B->Uninstall(t2, &gA, &i1); t2 = 0; B->Install(&t2, &gA, 0, &i1); P("order", "%s", logb);
  /* at raised TPL */
  lz(); u64 o = B->RaiseTPL(16); H t3 = 0; B->Install(&t3, &gA, 0, &i2); H t4 = 0; B->Install(&t4, &gA, 0, &i3); u64 during = logn; B->RestoreTPL(o); P("raised", "during=%d after=%s", during, logb);
  /* plain event as notify */
  B->RegisterNotify(&gB, e2, &r3); P("plain_before", "%r", B->CheckEvent(e2)); H t5 = 0; B->Install(&t5, &gB, 0, &i1); P("plain_after", "%r %r", B->CheckEvent(e2), B->CheckEvent(e2)); loc("plain_loc", r3);
  /* the same event for two protocols */
  void *r4; B->RegisterNotify(&gC, e0, &r4); lz(); H t6 = 0; B->InstallMultiple(&t6, &gC, &i1, &gA, &i2, NULL); P("shared", "%s", logb);
  lz(); t6 = 0; B->InstallMultiple(&t6, &gC, &i1, &gA, &i2, &gC, &i3, NULL); P("rolled_back", "%s", logb);
  /* same event registered twice on one protocol */
  void *r5; P("dup_reg", "%r diff=%y", B->RegisterNotify(&gC, e0, &r5), r5 != r4); lz(); H t7 = 0; B->Install(&t7, &gC, 0, &i3); P("dup_fire", "%s", logb);
  /* closing the event drops the registrations */
  P("close", "%r", B->CloseEvent(e3)); lz(); H t8 = 0; B->Install(&t8, &gA, 0, &i4); P("closed_fire", "%s", logb); loc("closed_other", r0);
  { u64 sz = 64; H b[8]; P("byproto_with_key", "%r %y", B->LocateHandle(2, &gC, r0, &sz, b), sz >= 8); sz = 8; s = B->LocateHandle(0, &gA, r0, &sz, b); P("all_with_key", "%r", s); }
  P("hp_open_reinst", "%r", B->Reinstall(t8, &gA, &i4, &i1)); 
}
