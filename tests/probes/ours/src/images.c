#define FAMILY "images"
#include "probe.h"
#include "child.h"
__asm__(".section .data\n.balign 16\n.globl childImg\nchildImg: .incbin \"../images/child.efi\"\nchildEnd: .quad 0\n.text");
extern u8 childImg[], childEnd[]; static u8 img[40000]; static Shared X; static u64 isz; static int ia;
static u8 *pe(void) { return img + *(u32 *)(img + 60); }
static void fresh(void) { isz = (u64)(childEnd - childImg); memcpy(img, childImg, isz); }
static H load(st *s) { H h = 0; *s = B->LoadImage(0, IH, 0, img, isz, &h); if (!*s) { LoadedImage *li; B->HandleProtocol(h, &gLoadedImage, &li); li->opt = &X; li->optSize = sizeof X; } return h; }
static int alive(H h) { void *p; return h && B->HandleProtocol(h, &gLoadedImage, &p) == 0; }
static u16 *xd; static u64 xs; static H cur;
static st run(u64 mode, H *out) { st s; X.mode = mode; X.innerStatus = 0x55; H h = load(&s); *out = h; if (s) return 0xbad0000 | (s & 0xff); xs = 77; xd = (u16 *)1; return B->StartImage(h, &xs, &xd); }
static void one(const char *n, u64 mode) { H h; st s = run(mode, &h); P(n, "%r size=%d data=%s alive=%y inner=%r runs=%d unl=%d tpl=%d", s, xs, xd == (u16 *)1 ? "X" : xd ? "set" : "NULL", alive(h), X.innerStatus, X.runs, X.unloads, X.tpl); cur = h; }
static st nested(void) { H h; st s; Shared save = X; X.mode = 2; h = load(&s); u64 z = 3; u16 *d = 0; s = B->StartImage(h, &z, &d); save.innerStatus = s; save.unloads += 100 * (u64)!alive(h); st t = B->Exit(save.handle, 0x11, 0, 0); X = save; return t; }
static st exitparent(void) { return B->Exit(IH, 0, 0, 0); }
static void bad(const char *n) { H h = (H)1; st s = B->LoadImage(0, IH, 0, img, isz, &h); P(n, "%r h=%s", s, h == (H)1 ? "X" : h ? "set" : "NULL"); if (!s) B->UnloadImage(h); fresh(); }
static void probe(void) {
  H h; st s; LoadedImage *li; fresh();
  one("ok", 0); one("reloc", 10); one("exit_data", 1); P("exit_data_text", "%S", xd); if (xd > (u16 *)1) B->FreePool(xd); one("exit_plain", 2); one("exit_ok_data", 15); one("exit_size_nodata", 16);
  { X.mode = 1; h = load(&s); P("exit_data_ignored", "%r", B->StartImage(h, 0, 0)); X.mode = 1; h = load(&s); xs = 5; P("exit_data_only_size", "%r %d", B->StartImage(h, &xs, 0), xs); }
  X.other = IH; one("exit_other_image", 4); { H u = load(&s); X.other = u; one("exit_unstarted", 4); P("exit_unstarted_gone", "%y", alive(u)); } X.other = (H)0x1234; one("exit_bad", 4); one("exit_null", 17);
  one("tpl_left_callback", 6);
  X.call = nested; one("nested", 12); one("unload_self", 9);
  /* unload */
  h = load(&s); P("unload_unstarted", "%r %y", B->UnloadImage(h), alive(h)); P("unload_bad", "%r %r %r", B->UnloadImage(0), B->UnloadImage((H)0x1234), B->UnloadImage(IH)); P("unload_twice", "%r", B->UnloadImage(h));
  { H d; B->Install(&cur, &gB, 0, &ia); P("unload_notimage", "%r", B->UnloadImage(cur)); B->Uninstall(cur, &gB, &ia); }
  /* subsystems */
  for (u32 sub = 9; sub < 15; sub++) { char n[8] = "sub9"; n[3] = (char)('0' + sub / 10); n[4] = (char)('0' + sub % 10); n[5] = 0; *(u16 *)(pe() + 24 + 68) = (u16)sub; X.mode = 0; h = load(&s); int c = -1, d = -1, t = -1; if (!s) { B->HandleProtocol(h, &gLoadedImage, &li); c = (int)li->code; d = (int)li->data; t = typeAt((u64)li->base); B->UnloadImage(h); } P(n, "%r code=%d data=%d map=%d", s, c, d, t); fresh(); }
  u16 *sub = (u16 *)(pe() + 24 + 68); *sub = 11; one("drv_ok", 0); H drv = cur; P("drv_restart", "%r", B->StartImage(drv, 0, 0)); P("drv_unload_nofn", "%r alive=%y", B->UnloadImage(drv), alive(drv));
  B->HandleProtocol(drv, &gLoadedImage, &li); P("drv_info", "%d %d parent=%y", li->code, li->data, li->parent == IH);
  one("drv_unload_fn", 3); drv = cur; X.unloadStatus = E(15); P("drv_unload_refused", "%r alive=%y unl=%d", B->UnloadImage(drv), alive(drv), X.unloads); X.unloadStatus = 0; P("drv_unload_ok", "%r alive=%y unl=%d", B->UnloadImage(drv), alive(drv), X.unloads); P("drv_unload_again", "%r", B->UnloadImage(drv));
  X.unloads = 0; one("drv_error", 13); one("drv_error_unloadfn", 14); one("drv_exit_ok", 15); if (xd > (u16 *)1) B->FreePool(xd);
  one("drv_exit_err", 1); if (xd > (u16 *)1) B->FreePool(xd);
  H tgt = 0; B->Install(&tgt, &gA, 0, &ia); X.other = tgt; one("drv_opens", 7); { OpenInfo *o; u64 n; B->OpenInformation(tgt, &gA, &o, &n); P("drv_opens_rec", "%d agent=%y", n, n && o[0].agent == cur); B->Close(tgt, &gA, cur, tgt); }
  one("drv_opens_err", 8); { OpenInfo *o; u64 n; B->OpenInformation(tgt, &gA, &o, &n); P("drv_opens_err_rec", "%d", n); }
  *sub = 10; one("app_opens", 8); { OpenInfo *o; u64 n; B->OpenInformation(tgt, &gA, &o, &n); P("app_opens_rec", "%d", n); } one("app_opens_drv", 7); { OpenInfo *o; u64 n; B->OpenInformation(tgt, &gA, &o, &n); P("app_opens_drv_rec", "%d", n); }
  B->Uninstall(tgt, &gA, &ia); X.made = 0; one("app_installs", 11); { void *p; P("app_installed_stays", "%r %y", B->HandleProtocol(X.made, &gA, &p), p == &X.iface); B->Uninstall(X.made, &gA, &X.iface); }
  *sub = 12; one("rt_ok", 0); B->HandleProtocol(cur, &gLoadedImage, &li); P("rt_info", "%d %d map=%d", li->code, li->data, typeAt((u64)li->base)); *sub = 10;
  { h = load(&s); B->HandleProtocol(h, &gLoadedImage, &li); u64 base = (u64)li->base, sz = li->size; P("app_map", "%d %d", typeAt(base), typeAt(base + sz - 1)); B->UnloadImage(h); P("app_map_after", "%d", typeAt(base)); }
  { u64 k = key(); h = load(&s); u64 k1 = key(); B->UnloadImage(h); P("keys", "%y %y", k1 > k, key() > k1); }
  { h = load(&s); G **g; u64 n; B->PerHandle(h, &g, &n); P("handle_protocols", "%d %y %y", n, same(g[0], &gLidp, 16), n > 1 && same(g[1], &gLoadedImage, 16)); OpenInfo *o; u64 m; B->OpenInformation(h, &gLoadedImage, &o, &m); P("loaded_opens", "%d", m); B->UnloadImage(h); }
  /* start at other TPLs, unloaded handles */
  { h = load(&s); X.mode = 0; u64 o = B->RaiseTPL(16); s = B->StartImage(h, 0, 0); B->RestoreTPL(o); P("start_at_notify", "%r tpl=%d", s, X.tpl); }
  { H p2; *sub = 11; X.mode = 0; run(0, &p2); *sub = 10; H k2 = 0; s = B->LoadImage(0, p2, 0, img, isz, &k2); P("parent_driver", "%r", s); B->HandleProtocol(k2, &gLoadedImage, &li); P("parent_driver_is", "%y", li->parent == p2); B->UnloadImage(k2); }
  { H p2 = load(&s), k2 = 0; P("parent_unstarted", "%r", B->LoadImage(0, p2, 0, img, isz, &k2)); P("parent_unload_first", "%r %y", B->UnloadImage(p2), alive(k2)); B->HandleProtocol(k2, &gLoadedImage, &li); P("orphan_parent", "%y", li->parent == p2); P("orphan_unload", "%r", B->UnloadImage(k2)); }
  /* malformed */
#define PE16(o) (*(u16 *)(pe() + (o)))
#define PE32(o) (*(u32 *)(pe() + (o)))
  isz = 1; bad("m_size1"); isz = 63; bad("m_size63"); isz = 64; bad("m_size64"); isz = 0x200; bad("m_size512"); isz = 0x400; bad("m_headers_only"); isz -= 512; bad("m_cut512"); isz -= 1; bad("m_cut1"); isz += 4096; bad("m_longer");
  img[0] = 'X'; bad("m_no_mz"); *(u32 *)(img + 60) = 0; bad("m_lfanew0"); *(u32 *)(img + 60) = 0xfffffff0; bad("m_lfanew_wild"); *(u32 *)(img + 60) = (u32)isz; bad("m_lfanew_end"); pe()[0] = 'Q'; bad("m_no_pe");
  PE16(4) = 0x14c; bad("m_ia32_pe32plus"); PE16(4) = 0xaa64; bad("m_arm64"); PE16(4) = 0x1c2; bad("m_arm"); PE16(4) = 0xebc; bad("m_ebc"); PE16(4) = 0; bad("m_machine0"); PE16(4) = 0x200; bad("m_ia64"); PE16(4) = 0x5064; bad("m_riscv");
  PE16(24) = 0x10b; bad("m_magic32"); PE16(24) = 0x107; bad("m_magic_rom"); PE16(24) = 0; bad("m_magic0"); PE16(6) = 0; bad("m_sections0"); PE16(6) = 200; bad("m_sections200"); PE16(6) = 0xffff; bad("m_sections_max");
  PE16(20) = 0; bad("m_opt0"); PE16(20) = 240 - 8; bad("m_opt_short"); PE16(20) = 240 + 8; bad("m_opt_long"); PE32(24 + 108) = 0; bad("m_dirs0"); PE32(24 + 108) = 17; bad("m_dirs17"); PE32(24 + 108) = 15; bad("m_dirs15"); PE32(24 + 108) = 6; bad("m_dirs6");
  PE32(24 + 56) = 0; bad("m_soi0"); PE32(24 + 56) = 0x1000; bad("m_soi_4k"); PE32(24 + 56) = 0x7fffffff; bad("m_soi_2g"); PE32(24 + 56) -= 0x1000; bad("m_soi_short"); PE32(24 + 56) += 0x1000; bad("m_soi_more"); PE32(24 + 56) -= 1; bad("m_soi_odd");
  PE32(24 + 60) = 0; bad("m_soh0"); PE32(24 + 60) = 0x40; bad("m_soh64"); PE32(24 + 60) = (u32)isz + 1; bad("m_soh_big"); PE32(24 + 60) = 0x7fffffff; bad("m_soh_wild"); PE32(24 + 60) = 0x800; bad("m_soh_2k");
  PE32(24 + 16) = 0; bad("m_entry0"); PE32(24 + 16) = 0x7fffffff; bad("m_entry_wild"); PE32(24 + 32) = 0; bad("m_align0"); PE32(24 + 32) = 0x10; bad("m_align16"); PE32(24 + 32) = 0x2000; bad("m_align8k"); PE32(24 + 32) = 0x3000; bad("m_align12k"); PE32(24 + 36) = 0; bad("m_falign0");
  PE16(22) |= 1; bad("m_stripped"); PE16(22) &= (u16)~2; bad("m_notexec"); PE16(22) &= (u16)~0x2000; bad("m_notdll"); *(u64 *)(pe() + 24 + 24) = 0x123; bad("m_base_odd"); *(u64 *)(pe() + 24 + 24) = 0x10000000; bad("m_base_256m");
  u8 *sec = pe() + 24 + PE16(20);
#define S32(o) (*(u32 *)(pe() + 24 + PE16(20) + (o)))
  S32(8) = 0x7fffffff; bad("m_s_vsize_wild"); S32(12) = 0x7ffff000; bad("m_s_va_wild"); S32(12) = 0; bad("m_s_va0"); S32(16) = 0x7fffffff; bad("m_s_raw_wild"); S32(20) = 0x7fffffff; bad("m_s_ptr_wild"); S32(20) = 0; bad("m_s_ptr0"); S32(20) = 1; bad("m_s_ptr1"); S32(16) = 0; bad("m_s_raw0"); S32(8) = 0; bad("m_s_vsize0"); S32(36) = 0; bad("m_s_flags0"); S32(12) += 0x800; bad("m_s_va_odd");
  { u32 *rd = (u32 *)(pe() + 24 + 112 + 5 * 8); u32 va = rd[0]; rd[0] = 0; rd[1] = 0; bad("m_norelocdir"); rd = (u32 *)(pe() + 24 + 112 + 5 * 8); rd[0] = 0x7ffffff0; bad("m_reloc_wild"); rd[1] = 0x7fffffff; bad("m_reloc_size_wild"); rd[1] = 4; bad("m_reloc_size4"); rd[1] = 0; bad("m_reloc_size0");
    u32 off = 0; for (int i = 0; i < PE16(6); i++) { u8 *q = pe() + 24 + PE16(20) + 40 * i; if (*(u32 *)(q + 12) == va) off = *(u32 *)(q + 20); } P("m_reloc_found", "%y", off != 0);
    if (off) { *(u32 *)(img + off + 4) = 0; bad("m_reloc_block0"); *(u32 *)(img + off + 4) = 0x7fffffff; bad("m_reloc_block_wild"); *(u32 *)(img + off + 4) = 7; bad("m_reloc_block7"); *(u32 *)(img + off) = 0x7ffff000; bad("m_reloc_va_wild"); u16 *e = (u16 *)(img + off + 8); *e = (u16)((*e & 0xfff) | 0x5000); bad("m_reloc_type5"); *e = (u16)((*e & 0xfff) | 0xf000); bad("m_reloc_type15"); e = (u16 *)(img + off + 8); *e = (u16)(*e & 0xfff); bad("m_reloc_abs"); e = (u16 *)(img + off + 8); *e = (u16)((*e & 0xfff) | 0x3000); bad("m_reloc_highlow"); } }
  { u32 *cd = (u32 *)(pe() + 24 + 112 + 4 * 8); cd[0] = 0x7ffffff0; cd[1] = 8; bad("m_cert_wild"); cd = (u32 *)(pe() + 24 + 112 + 4 * 8); cd[0] = (u32)isz - 8; cd[1] = 8; bad("m_cert_inside"); cd = (u32 *)(pe() + 24 + 112 + 6 * 8); cd[0] = 0x7ffffff0; cd[1] = 28; bad("m_debug_wild"); }
}
