#define FAMILY "reinst"
#include "probe.h"
static int a, b, c; static H h[4];
static void order(const char *n, G *g) { H buf[16]; u64 z = sizeof buf; st s = B->LocateHandle(2, g, 0, &z, buf); lz(); if (!s) for (u64 i = 0; i < z / 8; i++) for (int j = 0; j < 4; j++) if (buf[i] == h[j]) lg((char)('0' + j)); P(n, "%r %s", s, logb); }
static void per(const char *n, H x) { G **g; u64 k; st s = B->PerHandle(x, &g, &k); lz(); if (!s) for (u64 i = 0; i < k; i++) lg(same(g[i], &gA, 16) ? 'A' : same(g[i], &gB, 16) ? 'B' : same(g[i], &gC, 16) ? 'C' : '?'); P(n, "%r %s", s, logb); }
static void probe(void) {
  for (int i = 0; i < 4; i++) B->Install(&h[i], &gA, 0, &a); order("fresh", &gA); B->Install(&h[1], &gB, 0, &b); B->Install(&h[1], &gC, 0, &c); per("per", h[1]);
  B->Reinstall(h[1], &gA, &a, &b); order("reinst", &gA); per("per_reinst", h[1]); B->Reinstall(h[1], &gB, &b, &b); per("per_reinst_b", h[1]);
  B->Uninstall(h[0], &gA, &a); H old = h[0]; h[0] = 0; B->Install(&h[0], &gA, 0, &a); order("recreate", &gA); void *p; P("old_handle", "%y", old == h[0] || B->HandleProtocol(old, &gA, &p) == E(2));
  B->Install(&h[2], &gB, 0, &b); B->Uninstall(h[2], &gA, &a); order("un_one", &gA); B->Install(&h[2], &gA, 0, &a); order("back", &gA); per("per_back", h[2]); B->LocateProtocol(&gA, 0, &p); P("first", "%s", p == &a ? "a" : "b");
  { H x = h[3]; P("uninst_last", "%r", B->Uninstall(x, &gA, &a)); P("after", "%r %r %r %r", B->HandleProtocol(x, &gA, &p), B->Install(&x, &gA, 0, &a), B->Uninstall(x, &gA, &a), B->Connect(x, 0, 0, 0)); u64 n; G **g; OpenInfo *o; P("after2", "%r %r %r", B->PerHandle(x, &g, &n), B->OpenInformation(x, &gA, &o, &n), B->Disconnect(x, 0, 0)); }
  { G g = {1, 2, 3, {4}}; H x = 0; B->Install(&x, &g, 0, &a); g.a = 9; B->Install(&x, &g, 0, &b); P("guid_copy", "%r", B->HandleProtocol(x, &g, &p)); g.a = 1; P("guid_copy_old", "%r", B->HandleProtocol(x, &g, &p)); }
  { H x = 0; P("many", "%r", B->InstallMultiple(&x, &gA, &a, &gB, &b, &gC, &c, &gD, &a, NULL)); P("um_bad_order", "%r", B->UninstallMultiple(x, &gA, &a, &gB, &b, &gC, &a, &gD, &a, NULL)); per("um_bad_per", x); P("um_dup", "%r", B->UninstallMultiple(x, &gA, &a, &gA, &a, NULL)); per("um_dup_per", x); order("um_order", &gB); }
  { u64 o = B->RaiseTPL(16); H x = 0; st s = B->Install(&x, &gA, 0, &a); st s2 = B->Uninstall(x, &gA, &a); B->RestoreTPL(o); P("notify", "%r %r", s, s2); }
}
