#define FAMILY "loadfile"
#include "probe.h"
#include "child.h"
__asm__(".section .data\n.balign 16\n.globl childImg\nchildImg: .incbin \"../images/child.efi\"\nchildEnd: .quad 0\n.text");
extern u8 childImg[], childEnd[]; static Shared X; static st answer; static u64 claim;
static st Load(LoadFile *t, DP *p, u8 pol, u64 *z, void *b) { u64 n = (u64)(childEnd - childImg); lg(b ? 'L' : 'l'); lg((char)('0' + pol)); lg(p->type == 0x7f ? 'e' : 'n'); if (answer) return answer; if (!b || *z < n) { *z = n; return E(5); } memcpy(b, childImg, n); *z = n; return 0; }
static LoadFile lf = {Load}, lf2 = {Load};
static u8 vp1[] = {1,4,20,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,0x7f,0xff,4,0}; static u8 vp2[] = {1,4,20,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,1,1,6,0,1,2,0x7f,0xff,4,0};
static void ld(const char *n, u8 pol, u8 *path) { H h = (H)1; lz(); st s = B->LoadImage(pol, IH, (DP *)path, 0, 0, &h); LoadedImage *li; int dev = 0, fp = -1; st run = 0x55; if (!s) { B->HandleProtocol(h, &gLoadedImage, &li); dev = li->dev != 0; fp = li->path ? li->path->type : -2; li->opt = &X; li->optSize = sizeof X; X.mode = 0; run = B->StartImage(h, 0, 0); } P(n, "%r log=%s h=%s dev=%d path=%d run=%r", s, logb, h == (H)1 ? "X" : h ? "set" : "NULL", dev, (s64)fp, run); }
static void probe(void) {
  H h = 0; B->InstallMultiple(&h, &gDevicePath, vp1, &gLoadFile, &lf, NULL);
  ld("lf_policy", 1, vp1); ld("lf_nopolicy", 0, vp1); ld("lf_longer", 0, vp2); answer = E(14); ld("lf_notfound", 1, vp1); answer = E(7); ld("lf_deverr", 1, vp1); answer = 0;
  B->InstallMultiple(&h, &gLoadFile2, &lf2, NULL); ld("both_policy", 1, vp1); ld("both_nopolicy", 0, vp1); ld("both_longer", 0, vp2); answer = E(15); ld("both_denied", 0, vp1); answer = 0;
  B->Uninstall(h, &gLoadFile, &lf); ld("lf2_policy", 1, vp1); ld("lf2_nopolicy", 0, vp1); answer = E(3); ld("lf2_unsup", 0, vp1); answer = E(2); ld("lf2_inval", 0, vp1); answer = 0;
  B->Uninstall(h, &gLoadFile2, &lf2); ld("none", 0, vp1);
}
