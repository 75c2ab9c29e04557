#define FAMILY "locpath"
#include "probe.h"
#define AC(n) 1, 1, 6, 0, n, 0
#define END 0x7f, 0xff, 4, 0
#define INST 0x7f, 1, 4, 0
static u8 p1[] = {AC(0x21), END}, p12[] = {AC(0x21), AC(0x22), END}, p123[] = {AC(0x21), AC(0x22), AC(0x23), END}, p2[] = {AC(0x22), END}, p13[] = {AC(0x21), AC(0x23), END}, pe[] = {END}, p1i2[] = {AC(0x21), INST, AC(0x22), END}, p1i2b[] = {AC(0x21), AC(0x22), INST, AC(0x23), END}, p3[] = {AC(0x23), END}, ie[] = {INST, AC(0x21), END}, pi[] = {AC(0x24), INST, AC(0x25), END}, p4[] = {AC(0x24), END}, p45[] = {AC(0x24), AC(0x25), END}, p5[] = {AC(0x25), END}, p12x[] = {AC(0x21), AC(0x22), END};
static H h[6]; static int iv;
static void t(const char *n, G *g, u8 *p) { DP *d = (DP *)p; H dev = (H)1; st s = B->LocateDevicePath(g, &d, &dev); int w = -1; for (int i = 0; i < 6; i++) if (h[i] && dev == h[i]) w = i; P(n, "%r h=%d %s adv=%d", s, w, dev == (H)1 ? "same" : dev ? "set" : "null", (u8 *)d - p); }
static void probe(void) {
  t("none", &gA, p1);
  h[0] = 0; B->InstallMultiple(&h[0], &gDevicePath, p1, &gA, &iv, NULL); t("exact", &gA, p1); t("longer", &gA, p12); t("longer2", &gA, p123); t("other", &gA, p2); t("end_only", &gA, pe); t("noproto", &gB, p1);
  B->InstallMultiple(&h[1], &gDevicePath, p12, &gA, &iv, NULL); t("best", &gA, p123); t("best_exact", &gA, p12); t("shorter", &gA, p1); t("branch", &gA, p13); t("multi", &gA, p1i2); t("multi_b", &gA, p1i2b); t("inst_first", &gA, ie);
  B->InstallMultiple(&h[2], &gDevicePath, p123, NULL); t("dp_only_skipped", &gA, p123); t("dp_only", &gDevicePath, p123);
  B->InstallMultiple(&h[3], &gDevicePath, pi, &gA, &iv, NULL); t("handle_multi_exact", &gA, pi); t("handle_multi_first", &gA, p4); t("handle_multi_longer", &gA, p45); t("handle_multi_second", &gA, p5);
  { H x = 0; P("dup_path_im", "%r h=%y", B->InstallMultiple(&x, &gDevicePath, p12x, NULL), x != 0); x = 0; P("dup_path_single", "%r", B->Install(&x, &gDevicePath, 0, p12x)); h[4] = x; t("two_same", &gDevicePath, p123); t("two_same_exact", &gDevicePath, p12); B->Uninstall(x, &gDevicePath, p12x); h[4] = 0; }
  { H x = 0; P("dup_after_other", "%r h=%y", B->InstallMultiple(&x, &gB, &iv, &gDevicePath, p1, NULL), x != 0); void *q; P("dup_rolled", "%r", B->LocateProtocol(&gB, 0, &q)); }
  { H x = h[0]; P("second_path_same_handle", "%r", B->InstallMultiple(&x, &gDevicePath, p3, NULL)); }
  { H x = 0; st s = B->InstallMultiple(&x, &gDevicePath, pe, &gA, &iv, NULL); P("end_path_install", "%r", s); h[4] = x; t("end_path_other", &gA, p2); t("end_path_end", &gA, pe); x = 0; P("end_path_dup", "%r", B->InstallMultiple(&x, &gDevicePath, pe, NULL)); B->UninstallMultiple(h[4], &gDevicePath, pe, &gA, &iv, NULL); h[4] = 0; }
  { DP *d = (DP *)p1; H dev; P("null_args", "%r %r", B->LocateDevicePath(0, &d, &dev), B->LocateDevicePath(&gA, 0, &dev)); DP *z = 0; P("null_path", "%r", B->LocateDevicePath(&gA, &z, &dev));
    d = (DP *)p1; P("null_dev_match", "%r adv=%d", B->LocateDevicePath(&gA, &d, 0), (u8 *)d - p1); d = (DP *)p2; P("null_dev_nomatch", "%r", B->LocateDevicePath(&gA, &d, 0)); }
  LoadedImage *li; B->HandleProtocol(IH, &gLoadedImage, &li); DP *bp = 0; B->HandleProtocol(li->dev, &gDevicePath, &bp); DP *d = bp; H dev = 0; st s = B->LocateDevicePath(&gSfs, &d, &dev); P("boot_volume", "%r same=%y end=%y", s, dev == li->dev, d->type == 0x7f);
  DP *full = 0; B->HandleProtocol(IH, &gLidp, &full); d = full; s = B->LocateDevicePath(&gSfs, &d, &dev); P("boot_file", "%r same=%y type=%d sub=%d eqpath=%y", s, dev == li->dev, d->type, d->sub, same(d, li->path, d->len[0]));
}
