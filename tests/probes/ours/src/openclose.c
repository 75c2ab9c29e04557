#define FAMILY "openclose"
#include "probe.h"
static int ia, ib, ic;
static H h1, h2, h3, bad = (H)0x12345678;
static void dump(const char *n, H h, G *g) {
  OpenInfo *i = (void *)1; u64 c = 77; st s = B->OpenInformation(h, g, &i, &c);
  ps("\r\nPROBE " FAMILY "."); ps(n); ps(": "); pr(s); ps(" n="); pd((s64)c);
  if (!s) for (u64 k = 0; k < c; k++) { ps(" "); ps(i[k].agent == IH ? "I" : i[k].agent == h1 ? "1" : i[k].agent == h2 ? "2" : i[k].agent == h3 ? "3" : i[k].agent ? "fw" : "0");
    ps("/"); ps(i[k].ctl == IH ? "I" : i[k].ctl == h1 ? "1" : i[k].ctl == h2 ? "2" : i[k].ctl == h3 ? "3" : i[k].ctl ? "?" : "0"); ps("/"); px(i[k].attr); ps("x"); pd(i[k].count); }
  if (!s && B->FreePool(i)) ps(" freefail");
  ps("\r\n");
}
static void probe(void) {
  void *p; st s; static const u32 attrs[] = {0,1,2,3,4,5,6,7,8,9,0xc,0x10,0x11,0x18,0x20,0x21,0x28,0x30,0x31,0x38,0x3f,0x40,0x80,0x80000000};
  B->Install(&h1, &gA, 0, &ia); B->Install(&h2, &gA, 0, &ib); B->Install(&h3, &gB, 0, &ic);
  dump("info_none", h1, &gA); dump("info_absent", h1, &gB); dump("info_bad", bad, &gA); dump("info_null_handle", 0, &gA);
  for (u64 k = 0; k < sizeof attrs / 4; k++) {
    char n[16] = "attr_"; u32 a = attrs[k]; int q = 5; for (int sh = 28; sh >= 0; sh -= 4) if ((a >> sh) || sh == 0) n[q++] = "0123456789abcdef"[(a >> sh) & 15]; n[q] = 0;
    p = (void *)0x55; s = B->Open(h1, &gA, &p, IH, h3, a);
    P(n, "%r if=%s again=%r close=%r", s, p == &ia ? "A" : p == (void *)0x55 ? "X" : p ? "?" : "NULL", B->Open(h1, &gA, &p, IH, h3, a), B->Close(h1, &gA, IH, h3));
  }
  static const u32 ok[] = {1,2,4,8,0x10,0x20,0x30};
  for (u64 k = 0; k < 7; k++) {
    char n[16] = "agent_"; n[6] = "0123456789abcdef"[ok[k] >> 4]; n[7] = "0123456789abcdef"[ok[k] & 15]; n[8] = 0; u32 a = ok[k]; st r[10];
    r[0] = B->Open(h1, &gA, &p, 0, 0, a); r[1] = B->Open(h1, &gA, &p, IH, 0, a); B->Close(h1, &gA, IH, 0);
    r[2] = B->Open(h1, &gA, &p, 0, h3, a); r[3] = B->Open(h1, &gA, &p, bad, h3, a); r[4] = B->Open(h1, &gA, &p, IH, bad, a);
    B->Close(h1, &gA, IH, bad); r[5] = B->Open(h1, &gA, &p, IH, h1, a); B->Close(h1, &gA, IH, h1); r[6] = B->Open(h1, &gA, 0, IH, h3, a); B->Close(h1, &gA, IH, h3);
    r[7] = B->Open(h1, &gB, &p, IH, h3, a); r[8] = B->Open(0, &gA, &p, IH, h3, a); r[9] = B->Open(h1, 0, &p, IH, h3, a);
    P(n, "%r %r %r %r %r %r %r %r %r %r", r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9]);
    dump(n, h1, &gA); /* overwrites: keep as separate name */
  }
  p = (void *)0x55; s = B->Open(h1, &gB, &p, IH, h3, 1); P("unsup_if", "%r %s", s, p ? "X" : "NULL");
  p = (void *)0x55; s = B->Open(h1, &gB, &p, IH, h3, 4); P("unsup_if_test", "%r %s", s, p ? "X" : "NULL");
  P("unsup_null_test", "%r", B->Open(h1, &gB, 0, IH, h3, 4));
  p = (void *)0x55; s = B->Open(h1, &gA, &p, IH, h3, 4); P("test_if", "%r %s", s, p == &ia ? "A" : "X"); B->Close(h1, &gA, IH, h3);
  /* records */
  B->Open(h1, &gA, &p, IH, h3, 1); B->Open(h1, &gA, &p, IH, h3, 1); dump("twice", h1, &gA);
  B->Open(h1, &gA, &p, IH, h3, 2); B->Open(h1, &gA, &p, IH, 0, 2); B->Open(h1, &gA, &p, h2, h3, 4); dump("mix", h1, &gA);
  P("close_one", "%r", B->Close(h1, &gA, IH, h3)); dump("after_close_one", h1, &gA);
  P("close_again", "%r", B->Close(h1, &gA, IH, h3));
  P("close_null_ctl", "%r %r", B->Close(h1, &gA, IH, 0), B->Close(h1, &gA, IH, 0));
  P("close_errors", "%r %r %r %r %r %r", B->Close(0, &gA, IH, h3), B->Close(h1, 0, IH, h3), B->Close(h1, &gA, 0, h3), B->Close(h1, &gA, bad, h3), B->Close(h1, &gA, IH, bad), B->Close(h1, &gC, IH, h3));
  P("close_last", "%r", B->Close(h1, &gA, h2, h3)); dump("empty_again", h1, &gA);
  /* HandleProtocol leaves a record of the core */
  B->HandleProtocol(h1, &gA, &p); dump("handleprotocol", h1, &gA); B->HandleProtocol(h1, &gA, &p); dump("handleprotocol2", h1, &gA);
  B->LocateProtocol(&gA, 0, &p); dump("locateprotocol", h1, &gA);
  /* BY_DRIVER */
  s = B->Open(h2, &gA, &p, IH, h2, 0x10); P("drv", "%r", s);
  p = 0; s = B->Open(h2, &gA, &p, IH, h2, 0x10); P("drv_same", "%r if=%s", s, p == &ib ? "B" : p ? "?" : "NULL");
  p = (void *)1; s = B->Open(h2, &gA, &p, h1, h2, 0x10); P("drv_other_agent", "%r if=%s", s, p == &ib ? "B" : p == (void *)1 ? "X" : p ? "?" : "NULL");
  p = (void *)1; s = B->Open(h2, &gA, &p, IH, h3, 0x10); P("drv_other_ctl", "%r if=%s", s, p == &ib ? "B" : p == (void *)1 ? "X" : p ? "?" : "NULL");
  s = B->Open(h2, &gA, &p, h1, h2, 2); P("drv_get_other", "%r", s); B->Close(h2, &gA, h1, h2);
  s = B->Open(h2, &gA, &p, h1, h3, 8); P("drv_child_other", "%r", s); dump("drv_child_rec", h2, &gA); B->Close(h2, &gA, h1, h3);
  p = (void *)1; s = B->Open(h2, &gA, &p, h1, h3, 0x20); P("drv_excl_other", "%r if=%s", s, p == &ib ? "B" : p == (void *)1 ? "X" : p ? "?" : "NULL"); dump("drv_excl_rec", h2, &gA);
  p = (void *)1; s = B->Open(h2, &gA, &p, h1, h3, 0x30); P("drv_drvexcl_other", "%r if=%s", s, p == &ib ? "B" : p == (void *)1 ? "X" : p ? "?" : "NULL");
  p = (void *)1; s = B->Open(h2, &gA, &p, IH, h2, 0x30); P("drv_drvexcl_same", "%r if=%s", s, p == &ib ? "B" : p == (void *)1 ? "X" : p ? "?" : "NULL");
  p = (void *)1; s = B->Open(h2, &gA, &p, IH, h2, 0x20); P("drv_excl_same", "%r if=%s", s, p == &ib ? "B" : p == (void *)1 ? "X" : p ? "?" : "NULL");
  dump("drv_rec", h2, &gA);
  P("drv_uninstall", "%r", B->Uninstall(h2, &gA, &ib)); dump("drv_rec_after", h2, &gA);
  B->Close(h2, &gA, IH, h2); B->Close(h2, &gA, h1, h3);
  /* EXCLUSIVE */
  s = B->Open(h2, &gA, &p, IH, 0, 0x20); P("ex", "%r", s);
  s = B->Open(h2, &gA, &p, IH, 0, 0x20); P("ex_same", "%r", s);
  s = B->Open(h2, &gA, &p, IH, h3, 0x20); P("ex_same_otherctl", "%r", s);
  s = B->Open(h2, &gA, &p, h1, 0, 0x20); P("ex_other", "%r", s);
  s = B->Open(h2, &gA, &p, h1, h2, 0x10); P("ex_drv", "%r", s); s = B->Open(h2, &gA, &p, h1, h2, 0x30); P("ex_drvex", "%r", s);
  s = B->Open(h2, &gA, &p, h1, 0, 1); P("ex_byhandle", "%r", s); s = B->Open(h2, &gA, &p, h1, h2, 2); P("ex_get", "%r", s); s = B->Open(h2, &gA, &p, h1, h3, 8); P("ex_child", "%r", s);
  dump("ex_rec", h2, &gA);
  P("ex_uninstall", "%r", B->Uninstall(h2, &gA, &ib)); dump("ex_rec_after_uninst", h2, &gA);
  P("ex_close", "%r %r %r %r", B->Close(h2, &gA, IH, 0), B->Close(h2, &gA, h1, 0), B->Close(h2, &gA, h1, h2), B->Close(h2, &gA, h1, h3));
  s = B->Open(h2, &gA, &p, IH, h2, 0x30); P("drvex", "%r", s); s = B->Open(h2, &gA, &p, IH, h2, 0x30); P("drvex_same", "%r", s);
  s = B->Open(h2, &gA, &p, IH, h2, 0x10); P("drvex_then_drv", "%r", s); s = B->Open(h2, &gA, &p, IH, h2, 0x20); P("drvex_then_ex", "%r", s); dump("drvex_rec", h2, &gA);
  B->Close(h2, &gA, IH, h2);
  /* BY_CHILD blocks uninstall, plain opens do not */
  B->Open(h2, &gA, &p, IH, h3, 8); P("child_uninst", "%r", B->Uninstall(h2, &gA, &ib)); P("child_reinst", "%r", B->Reinstall(h2, &gA, &ib, &ia)); dump("child_rec", h2, &gA); B->Close(h2, &gA, IH, h3);
  B->Open(h2, &gA, &p, IH, h3, 1); B->Open(h2, &gA, &p, IH, h3, 2); B->Open(h2, &gA, &p, IH, h3, 4);
  P("plain_reinst", "%r", B->Reinstall(h2, &gA, &ib, &ia)); dump("plain_rec_after_reinst", h2, &gA);
  p = 0; B->HandleProtocol(h2, &gA, &p); P("reinst_if", "%y", p == &ia);
  P("reinst_old", "%r", B->Reinstall(h2, &gA, &ib, &ia)); P("reinst_same", "%r", B->Reinstall(h2, &gA, &ia, &ia));
  P("reinst_bad", "%r %r %r %r", B->Reinstall(0, &gA, &ia, &ia), B->Reinstall(h2, 0, &ia, &ia), B->Reinstall(h2, &gC, &ia, &ia), B->Reinstall(bad, &gA, &ia, &ia));
  P("uninst_wrong_if", "%r", B->Uninstall(h2, &gA, &ib)); P("uninst_bad", "%r %r %r %r", B->Uninstall(0, &gA, &ia), B->Uninstall(h2, 0, &ia), B->Uninstall(h2, &gC, &ia), B->Uninstall(bad, &gA, &ia));
  P("plain_uninst", "%r", B->Uninstall(h2, &gA, &ia)); P("gone", "%r %r", B->HandleProtocol(h2, &gA, &p), B->Uninstall(h2, &gA, &ia));
  /* several GUIDs: per-handle order, uninstall multiple */
  { H h = 0; st a = B->InstallMultiple(&h, &gA, &ia, &gB, &ib, &gC, &ic, NULL);
    P("um_install", "%r", a); P("um_partial_bad", "%r", B->UninstallMultiple(h, &gA, &ia, &gB, &ia, NULL));
    P("um_still", "%r %r %r", B->HandleProtocol(h, &gA, &p), B->HandleProtocol(h, &gB, &p), B->HandleProtocol(h, &gC, &p));
    G **gs; u64 n; B->PerHandle(h, &gs, &n); P("um_order", "%d %x %x %x", n, gs[0]->a & 15, n > 1 ? gs[1]->a & 15 : 0, n > 2 ? gs[2]->a & 15 : 0);
    P("um_empty", "%r", B->UninstallMultiple(h, NULL)); P("um_null_handle", "%r %r", B->UninstallMultiple(0, &gA, &ia, NULL), B->UninstallMultiple(0, NULL));
    P("um_all", "%r", B->UninstallMultiple(h, &gA, &ia, &gB, &ib, &gC, &ic, NULL)); P("um_gone", "%r %r", B->HandleProtocol(h, &gA, &p), B->UninstallMultiple(h, &gA, &ia, NULL)); }
  /* same GUID in one call twice; same interface pointers */
  { H h = 0; P("im_twice", "%r h=%y", B->InstallMultiple(&h, &gC, &ia, &gC, &ib, NULL), h != 0); }
  { H h = 0; P("im_null_if", "%r", B->InstallMultiple(&h, &gC, NULL, &gD, NULL, NULL)); P("im_null_if_un", "%r", B->UninstallMultiple(h, &gC, NULL, &gD, NULL, NULL)); }
}
