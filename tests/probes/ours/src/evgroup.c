#define FAMILY "evgroup"
#include "probe.h"
static H ev[8]; static st res[8]; static int mode;
static u64 tpl(void) { u64 t = B->RaiseTPL(31); B->RestoreTPL(t); return t; }
static u64 seen[8];
static void nf(void *e, void *c) {
  u64 i = (u64)c; lg((char)('a' + i)); seen[i] = tpl();
  if (mode == 1 && i == 0) { res[0] = B->CloseEvent(ev[0]); lg('x'); }
  if (mode == 2 && i == 0) { lg('('); res[0] = B->SignalEvent(ev[1]); lg(')'); }
  if (mode == 3 && logn < 4) { res[0] = B->SignalEvent(ev[i]); }
  if (mode == 4 && i == 0) { res[0] = B->CloseEvent(ev[1]); }
  if (mode == 5 && i == 0) { u64 o = B->RaiseTPL(16); lg('['); B->SignalEvent(ev[1]); lg('-'); B->RestoreTPL(o); lg(']'); }
  if (mode == 6 && i == 0) { B->CreateEvent(0x200, 16, nf, (void *)4, &ev[4]); lg('('); B->SignalEvent(ev[4]); lg(')'); B->CloseEvent(ev[4]); }
  if (mode == 7) { res[i] = B->CheckEvent(ev[i]); }
}
static void mk(int i, u32 t, u64 l, G *g) { st s = B->CreateEventEx(t, l, (t & 0x300) ? nf : 0, (void *)(u64)i, g, &ev[i]); if (s) { lg('!'); } }
static void clr(void) { for (int i = 0; i < 8; i++) if (ev[i]) { B->CloseEvent(ev[i]); ev[i] = 0; } lz(); mode = 0; }
static void probe(void) {
  st s; u64 o;
  mk(0, 0x200, 8, &gA); mk(1, 0x200, 8, &gA); mk(2, 0x200, 16, &gA); mk(3, 0x200, 16, &gA); lz();
  s = B->SignalEvent(ev[0]); P("order", "%r %s tpl=%d,%d,%d,%d", s, logb, seen[0], seen[1], seen[2], seen[3]);
  lz(); B->SignalEvent(ev[3]); P("any_member", "%s", logb);
  lz(); o = B->RaiseTPL(16); B->SignalEvent(ev[1]); u64 d = logn; B->RestoreTPL(8); u64 d2 = logn; B->RestoreTPL(o); P("raised", "%d %d %s", d, d2, logb);
  lz(); o = B->RaiseTPL(16); B->SignalEvent(ev[0]); B->SignalEvent(ev[1]); B->SignalEvent(ev[0]); B->RestoreTPL(o); P("raised_twice", "%s", logb);
  P("check", "%r", B->CheckEvent(ev[0]));
  clr(); mk(0, 0, 0, &gA); mk(1, 0x200, 8, &gA); mk(2, 0x80000000, 0, &gA); mk(3, 0x100, 8, &gA); lz();
  s = B->SignalEvent(ev[0]); P("plain_member", "%r log=%s", s, logb); P("plain_check", "%r %r %r", B->CheckEvent(ev[0]), B->CheckEvent(ev[2]), B->CheckEvent(ev[3])); lz();
  s = B->SignalEvent(ev[1]); P("plain_from_notify", "%r log=%s", s, logb); P("plain_check2", "%r %r %r", B->CheckEvent(ev[0]), B->CheckEvent(ev[2]), B->CheckEvent(ev[3]));
  clr(); mk(0, 0x80000000, 0, &gA); mk(1, 0x200, 8, &gA); B->SetTimer(ev[0], 2, 100000); lz(); B->Stall(50000); P("timer_plain_member", "log=%s chk=%r", logb, B->CheckEvent(ev[0]));
  clr(); mk(0, 0x80000200, 8, &gA); mk(1, 0x200, 8, &gA); mk(2, 0x200, 16, &gA); B->SetTimer(ev[0], 2, 100000); lz(); B->Stall(50000); P("timer_member", "log=%s", logb);
  /* types with group */
  { H e; static const u32 ty[] = {0, 0x80000000, 0x100, 0x200, 0x201, 0x60000202, 0x80000100, 0x80000200, 0x40000000, 0x40000200, 0x300, 1, 0x202, 0xC0000200};
    for (u64 i = 0; i < sizeof ty / 4; i++) { char n[20] = "type_"; int q = 5; for (int sh = 28; sh >= 0; sh -= 4) n[q++] = "0123456789abcdef"[(ty[i] >> sh) & 15]; n[q] = 0; s = B->CreateEventEx(ty[i], 8, nf, 0, &gB, &e); st r2; H e2; r2 = B->CreateEventEx(ty[i], 8, nf, 0, NULL, &e2); P(n, "%r nogroup=%r", s, r2); if (!s) B->CloseEvent(e); if (!r2) B->CloseEvent(e2); } }
  { H e; P("ex_ebs", "%r %r %r", B->CreateEventEx(0x200, 8, nf, 0, &gEbs, &e), B->CreateEventEx(0, 8, 0, 0, &gEbs, &e), B->CreateEventEx(0x200, 8, 0, 0, &gEbs, &e)); P("ex_null", "%r %r %r", B->CreateEventEx(0x200, 8, nf, 0, &gA, 0), B->CreateEventEx(0x200, 31, nf, 0, &gA, &e), B->CreateEventEx(0x200, 4, nf, 0, &gA, &e)); }
  /* inside notify */
  clr(); mk(0, 0x200, 8, 0); mk(1, 0x200, 8, 0); mode = 1; s = B->SignalEvent(ev[0]); P("close_self", "%r %r log=%s again=%r", s, res[0], logb, B->SignalEvent(ev[0])); ev[0] = 0;
  clr(); mk(0, 0x200, 8, 0); mk(1, 0x200, 16, 0); mode = 2; s = B->SignalEvent(ev[0]); P("signal_higher", "%r %s tpl=%d %d", s, logb, seen[0], seen[1]);
  clr(); mk(0, 0x200, 8, 0); mk(1, 0x200, 8, 0); mode = 2; s = B->SignalEvent(ev[0]); P("signal_same", "%r %s", s, logb);
  clr(); mk(0, 0x200, 16, 0); mk(1, 0x200, 8, 0); mode = 2; s = B->SignalEvent(ev[0]); P("signal_lower", "%r %s", s, logb);
  clr(); mk(0, 0x200, 8, 0); mode = 3; s = B->SignalEvent(ev[0]); P("signal_self", "%r %s", s, logb);
  clr(); mk(0, 0x200, 8, &gA); mk(1, 0x200, 8, &gA); mode = 3; s = B->SignalEvent(ev[0]); P("signal_self_group", "%r %s", s, logb);
  clr(); mk(1, 0x200, 8, &gA); mk(0, 0x200, 8, &gA); mode = 4; s = B->SignalEvent(ev[0]); P("close_other_queued", "%r %r %s", s, res[0], logb); ev[1] = 0;
  clr(); mk(0, 0x200, 8, 0); mk(1, 0x200, 16, 0); mode = 5; B->SignalEvent(ev[0]); P("raise_inside", "%s", logb);
  clr(); mk(0, 0x200, 8, 0); mode = 6; B->SignalEvent(ev[0]); P("create_inside", "%s", logb); ev[4] = 0;
  clr(); mk(0, 0x200, 8, 0); mode = 7; B->SignalEvent(ev[0]); P("check_self", "%r", res[0]);
  /* NOTIFY_WAIT */
  clr(); mk(0, 0x100, 8, 0); s = B->CheckEvent(ev[0]); P("wait_check", "%r %s tpl=%d", s, logb, seen[0]); lz(); s = B->SignalEvent(ev[0]); P("wait_signal", "%r %s", s, logb); s = B->CheckEvent(ev[0]); P("wait_check_signalled", "%r %s", s, logb); s = B->CheckEvent(ev[0]); P("wait_check_after", "%r %s", s, logb);
  lz(); o = B->RaiseTPL(8); s = B->CheckEvent(ev[0]); P("wait_raised", "%r %s", s, logb); st s2 = B->CheckEvent(ev[0]); B->RestoreTPL(o); P("wait_raised_after", "%r %s", s2, logb);
  lz(); o = B->RaiseTPL(16); s = B->CheckEvent(ev[0]); B->CloseEvent(ev[0]); ev[0] = 0; B->RestoreTPL(o); P("wait_raised_close", "%r %s", s, logb);
  clr(); mk(0, 0x100, 16, 0); o = B->RaiseTPL(8); s = B->CheckEvent(ev[0]); B->RestoreTPL(o); P("wait_notify_at_cb", "%r %s tpl=%d", s, logb, seen[0]);
  clr(); mk(0, 0x200, 8, 0); o = B->RaiseTPL(16); B->SignalEvent(ev[0]); s = B->CloseEvent(ev[0]); ev[0] = 0; B->RestoreTPL(o); P("close_queued", "%r %s", s, logb);
  clr(); mk(0, 0x200, 8, 0); mk(1, 0x200, 8, 0); mk(2, 0x200, 8, 0); o = B->RaiseTPL(16); B->SignalEvent(ev[2]); B->SignalEvent(ev[0]); B->SignalEvent(ev[1]); B->SignalEvent(ev[2]); B->RestoreTPL(o); P("fifo", "%s", logb);
  clr(); mk(0, 0x200, 8, 0); mk(1, 0x200, 16, 0); mk(2, 0x200, 8, 0); mk(3, 0x200, 16, 0); o = B->RaiseTPL(31); for (int i = 0; i < 4; i++) B->SignalEvent(ev[i]); B->RestoreTPL(16); u64 a = logn; B->RestoreTPL(8); u64 b = logn; B->RestoreTPL(o); P("levels", "%d %d %s", a, b, logb);
  clr(); mk(0, 0x200, 8, 0); u64 t = B->RaiseTPL(16); B->SignalEvent(ev[0]); B->RaiseTPL(31); B->RestoreTPL(16); a = logn; B->RestoreTPL(t); P("nested", "%d %s", a, logb);
  /* MEMORY_MAP_CHANGE */
  clr(); mk(0, 0x200, 8, &gMapChange); mk(1, 0x200, 16, &gMapChange); lz(); u64 pg = 0; B->AllocatePages(0, 2, 1, &pg); P("map_alloc", "%s", logb); lz(); B->FreePages(pg, 1); P("map_free", "%s", logb);
  lz(); void *pool; B->AllocatePool(2, 10000, &pool); P("map_pool_big", "%s", logb); lz(); B->FreePool(pool); P("map_pool_big_free", "%s", logb);
  lz(); o = B->RaiseTPL(16); B->AllocatePages(0, 2, 1, &pg); B->FreePages(pg, 1); d = logn; B->RestoreTPL(o); P("map_raised", "%d %s", d, logb);
  lz(); pg = 1; B->AllocatePages(2, 2, 1, &pg); P("map_fail", "%s", logb); lz(); u64 n = sizeof mapb, k, ds; u32 v; B->GetMemoryMap(&n, mapb, &k, &ds, &v); P("map_get", "%s", logb);
  clr(); mk(0, 0x200, 8, &gReadyToBoot); mk(1, 0x200, 8, &gBeforeEbs); P("other_groups", "%s", logb);
  clr(); mk(0, 0x200, 8, &gA); lz(); B->InstallConfig(&gA, mapb); P("cfg_group", "%s", logb); lz(); B->InstallConfig(&gA, 0); P("cfg_group_del", "%s", logb); lz(); B->InstallConfig(&gA, 0); P("cfg_group_none", "%s", logb);
  lz(); o = B->RaiseTPL(16); s = B->InstallConfig(&gA, mapb); d = logn; B->RestoreTPL(o); P("cfg_raised", "%r %d %s", s, d, logb); B->InstallConfig(&gA, 0);
  clr(); P("close_twice", "%r", (mk(0, 0, 0, 0), B->CloseEvent(ev[0]))); P("close_twice2", "%r %r %r", B->CloseEvent(ev[0]), B->SignalEvent(ev[0]), B->CheckEvent(ev[0])); ev[0] = 0;
}
