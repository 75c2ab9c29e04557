#define FAMILY "connect"
#include "probe.h"
#define N 6
static DriverBinding db[N]; static H dh[N], ctl, kids[4]; static int pv, kv[4]; static int mode[N]; /* mode: 0 refuse,1 manage,2 start fails,3 supported w/o open, 4 bus (children), 5 stop fails */
static u64 sup[N], sta[N], sto[N], lastNum; static DP *lastPath; static H lastStopKids[4]; static u64 supTpl, staTpl;
static int idx(DriverBinding *t) { return (int)(t - db); }
static st Supported(DriverBinding *t, H c, DP *r) { int i = idx(t); sup[i]++; lg((char)('a' + i)); lastPath = r; u64 o = B->RaiseTPL(31); B->RestoreTPL(o); supTpl = o; if (c != ctl && mode[i] != 6) return E(3); if (!mode[i]) return E(3); 
  void *p; st s = B->Open(c, mode[i] == 6 ? &gB : &gA, &p, t->binding, c, 0x10); if (s == E(20) && mode[i] == 7) return 0; if (s) return s; B->Close(c, mode[i] == 6 ? &gB : &gA, t->binding, c); return 0; }
static st Start(DriverBinding *t, H c, DP *r) { int i = idx(t); sta[i]++; lg((char)('A' + i)); u64 o = B->RaiseTPL(31); B->RestoreTPL(o); staTpl = o; void *p; if (mode[i] == 2) return E(7); if (mode[i] == 3) return 0;
  st s = B->Open(c, mode[i] == 6 ? &gB : &gA, &p, t->binding, c, 0x10); if (s) return s;
  if (mode[i] == 4) for (int k = 0; k < 2; k++) { kids[k] = 0; B->Install(&kids[k], &gB, 0, &kv[k]); B->Open(c, &gA, &p, t->binding, kids[k], 8); }
  return 0; }
static st Stop(DriverBinding *t, H c, u64 n, H *k) { int i = idx(t); sto[i]++; lg('-'); lg((char)('A' + i)); lg((char)('0' + n)); lastNum = n; if (mode[i] == 5) return E(7);
  if (mode[i] == 4 && n) { for (u64 j = 0; j < n; j++) { B->Close(c, &gA, t->binding, k[j]); for (int q = 0; q < 2; q++) if (k[j] == kids[q]) B->Uninstall(k[j], &gB, &kv[q]); } return 0; }
  return B->Close(c, mode[i] == 6 ? &gB : &gA, t->binding, c); }
static void set(int i, int m, u32 ver) { mode[i] = m; db[i].version = ver; }
static void con(const char *n, H *list, DP *rem, u8 rec) { lz(); st s = B->Connect(ctl, list, rem, rec); P(n, "%r log=%s", s, logb); }
static void dis(const char *n, H d, H c) { lz(); st s = B->Disconnect(ctl, d, c); P(n, "%r log=%s", s, logb); }
static void probe(void) {
  H bad = (H)0x1234;
  for (int i = 0; i < N; i++) { db[i].Supported = Supported; db[i].Start = Start; db[i].Stop = Stop; db[i].version = 0x10; db[i].image = IH; B->Install(&dh[i], &gDriverBinding, 0, &db[i]); db[i].binding = dh[i]; }
  B->Install(&ctl, &gA, 0, &pv);
  P("bad", "%r %r", B->Connect(0, 0, 0, 0), B->Connect(bad, 0, 0, 0));
  con("none", 0, 0, 0);
  set(2, 1, 0x10); con("one", 0, 0, 0); con("again", 0, 0, 0); P("tpl", "%d %d path=%y", supTpl, staTpl, lastPath == 0);
  { OpenInfo *o; u64 c; B->OpenInformation(ctl, &gA, &o, &c); P("info", "%d agent=%y ctl=%y attr=%x", c, o[0].agent == dh[2], o[0].ctl == ctl, o[0].attr); }
  dis("dis", 0, 0); dis("dis_again", 0, 0); dis("dis_named_unmanaged", dh[2], 0); dis("dis_named_notdriver", ctl, 0);
  P("dis_bad", "%r %r %r %r", B->Disconnect(0, 0, 0), B->Disconnect(bad, 0, 0), B->Disconnect(ctl, bad, 0), B->Disconnect(ctl, 0, bad));
  /* versions */
  set(0, 1, 0x10); set(1, 1, 0x30); set(2, 1, 0x20); set(3, 1, 0x30); con("ver", 0, 0, 0); dis("ver_dis", 0, 0);
  H list1[] = {dh[0], 0}; con("ctx", list1, 0, 0); dis("ctx_dis", 0, 0);
  H list2[] = {dh[4], dh[2], dh[0], 0}; con("ctx3", list2, 0, 0); dis("ctx3_dis", 0, 0);
  H list3[] = {ctl, dh[0], 0}; con("ctx_notdriver", list3, 0, 0); dis("ctx_notdriver_dis", 0, 0);
  H list4[] = {bad, dh[0], 0}; con("ctx_badhandle", list4, 0, 0); dis("ctx_badhandle_dis", 0, 0);
  H list5[] = {dh[0], dh[0], dh[2], 0}; con("ctx_twice", list5, 0, 0); dis("ctx_twice_dis", 0, 0);
  H list6[] = {0}; con("ctx_empty", list6, 0, 0); dis("ctx_empty_dis", 0, 0);
  H list7[] = {IH, 0}; con("ctx_image", list7, 0, 0); dis("ctx_image_dis", 0, 0);
  /* all same version: order */
  for (int i = 0; i < N; i++) set(i, 0, 0x10); con("tie_order", 0, 0, 0);
  for (int i = 0; i < N; i++) set(i, 0, (u32)(i * 16)); con("asc_order", 0, 0, 0);
  for (int i = 0; i < N; i++) set(i, 0, (u32)(0x100 - i * 16)); con("desc_order", 0, 0, 0);
  set(0, 0, 5); set(1, 0, 7); set(2, 0, 5); set(3, 0, 9); set(4, 0, 7); set(5, 0, 5); con("mixed_order", 0, 0, 0);
  /* start fails */
  for (int i = 0; i < N; i++) set(i, 0, 0x10); set(1, 2, 0x30); set(3, 1, 0x20); con("start_fails", 0, 0, 0); dis("start_fails_dis", 0, 0);
  set(3, 0, 0x20); con("only_fails", 0, 0, 0);
  set(1, 3, 0x30); set(3, 1, 0x20); con("no_open", 0, 0, 0); dis("no_open_dis", 0, 0); dis("no_open_dis_named", dh[1], 0);
  /* remaining path */
  set(1, 0, 0x30); set(3, 0, 0x20); static u8 endp[4] = {0x7f, 0xff, 4, 0}, endi[8] = {0x7f, 1, 4, 0, 0x7f, 0xff, 4, 0}, node[10] = {1, 1, 6, 0, 2, 1, 0x7f, 0xff, 4, 0};
  con("rem_end", 0, (DP *)endp, 0); con("rem_node", 0, (DP *)node, 0); con("rem_inst", 0, (DP *)endi, 0); con("rem_end_rec", 0, (DP *)endp, 1);
  P("rem_seen", "%y", lastPath != 0);
  set(3, 1, 0x20); con("rem_end_drv", 0, (DP *)node, 0); dis("rem_dis", 0, 0);
  /* bus driver, children, recursive */
  for (int i = 0; i < N; i++) set(i, 0, 0x10); set(0, 4, 0x10); con("bus", 0, 0, 0); P("bus_kids", "%y %y", kids[0] != 0, kids[1] != 0);
  { OpenInfo *o; u64 c; B->OpenInformation(ctl, &gA, &o, &c); P("bus_info", "%d %x %x %x", c, o[0].attr, c > 1 ? o[1].attr : 0, c > 2 ? o[2].attr : 0); }
  dis("bus_onechild", dh[0], kids[0]); dis("bus_lastchild", dh[0], kids[1]); dis("bus_none", 0, 0);
  con("bus2", 0, 0, 0); dis("bus2_wrongdriver", dh[1], kids[0]); dis("bus2_notchild", dh[0], dh[5]); dis("bus2_childall", 0, kids[1]); dis("bus2_all", 0, 0);
  set(1, 6, 0x40); con("rec", 0, 0, 1); P("rec_counts", "%d %d", sta[1], sup[1]); lz(); P("rec_kid_dis", "%r log=%s", B->Disconnect(kids[0], 0, 0), logb);
  con("rec_again", 0, 0, 1); dis("rec_dis", 0, 0); P("kids_gone", "%r", B->HandleProtocol(kids[0], &gB, (void **)&lastPath));
  lz(); st s = B->Connect(ctl, 0, 0, 0); P("norec", "%r log=%s", s, logb); dis("norec_dis", 0, 0); set(1, 0, 0x40);
  /* stop fails */
  set(0, 5, 0x10); con("stopfail", 0, 0, 0); dis("stopfail_dis", 0, 0); dis("stopfail_dis_named", dh[0], 0);
  lz(); P("stopfail_uninst", "%r log=%s", B->Uninstall(ctl, &gA, &pv), logb); lz(); P("stopfail_reinst", "%r log=%s", B->Reinstall(ctl, &gA, &pv, &kv[3]), logb);
  { void *p; lz(); P("stopfail_excl", "%r log=%s", B->Open(ctl, &gA, &p, IH, 0, 0x20), logb); }
  set(0, 1, 0x10); { void *p; lz(); P("excl", "%r log=%s", B->Open(ctl, &gA, &p, IH, 0, 0x20), logb); B->Close(ctl, &gA, IH, 0); }
  con("reconnect", 0, 0, 0); lz(); P("reinst", "%r log=%s", B->Reinstall(ctl, &gA, &pv, &pv), logb);
  { OpenInfo *o; u64 c; st q = B->OpenInformation(ctl, &gA, &o, &c); P("reinst_info", "%r %d", q, c); }
  { void *p; lz(); P("drvexcl", "%r log=%s", B->Open(ctl, &gA, &p, IH, ctl, 0x30), logb); B->Close(ctl, &gA, IH, ctl); }
  con("reconnect2", 0, 0, 0); H k2 = 0; { void *p; B->Install(&k2, &gC, 0, &kv[2]); B->Open(ctl, &gA, &p, IH, k2, 8); } lz(); P("uninst_child", "%r log=%s", B->Uninstall(ctl, &gA, &pv), logb); lz(); P("reinst_child", "%r log=%s", B->Reinstall(ctl, &gA, &pv, &pv), logb); B->Close(ctl, &gA, IH, k2);
  lz(); P("uninst", "%r log=%s", B->Uninstall(ctl, &gA, &pv), logb); P("ctl_gone", "%r", B->Connect(ctl, 0, 0, 0));
  /* image handle 0, self-binding */
  ctl = 0; B->Install(&ctl, &gA, 0, &pv); db[0].image = 0; con("noimage", 0, 0, 0); dis("noimage_dis", 0, 0); db[0].image = IH;
  con("at_callback_pre", 0, 0, 0); dis("at_cb_dis", 0, 0); u64 o = B->RaiseTPL(8); lz(); s = B->Connect(ctl, 0, 0, 0); B->RestoreTPL(o); P("at_callback", "%r log=%s sup=%d sta=%d", s, logb, supTpl, staTpl);
  dis("fin", 0, 0); set(0, 1, 0x10); set(1, 1, 0x20);
  for (int i = 0; i < N; i++) B->Uninstall(dh[i], &gDriverBinding, &db[i]); con("drivers_gone", 0, 0, 0);
}
