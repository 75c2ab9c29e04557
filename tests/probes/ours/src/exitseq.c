#define FAMILY "exitseq"
#include "probe.h"
static H e[8]; static u8 in; static u64 newKey; static st tplseen;
static u64 tpl(void) { u64 t = B->RaiseTPL(31); B->RestoreTPL(t); return t; }
static void nf(void *ev, void *c) { lg((char)('a' + (u64)c)); }
static void ebsf(void *ev, void *c) { lg((char)('a' + (u64)c)); tplseen = tpl(); B->SignalEvent(e[5]); }
static u64 gk(void) { u64 n = sizeof mapb, k = 0, d; u32 v; B->GetMemoryMap(&n, mapb, &k, &d, &v); return k; }
static void probe(void) {
  st s; u64 k;
  B->CreateEventEx(0x200, 8, ebsf, (void *)0, &gEbs, &e[0]); B->CreateEvent(0x201, 16, nf, (void *)1, &e[1]); B->CreateEvent(0x201, 8, nf, (void *)2, &e[2]); B->CreateEventEx(0x200, 8, nf, (void *)3, &gBeforeEbs, &e[3]); B->CreateEventEx(0x200, 16, nf, (void *)4, &gBeforeEbs, &e[4]); B->CreateEvent(0x200, 16, nf, (void *)5, &e[5]); B->CreateEvent(0x80000200, 8, nf, (void *)6, &e[6]); B->CreateEventEx(0x200, 8, nf, (void *)7, &gMapChange, &e[7]);
  P("signal_ebs_by_hand", "%r %s", B->SignalEvent(e[1]), (lz(), logb)); P("by_hand_log", "%s", logb);
  lz(); k = gk(); s = B->ExitBootServices(IH, k + 1); P("wrong_key", "%r %s", s, logb); lz(); s = B->ExitBootServices(IH, 0); P("zero_key", "%r %s", s, logb); lz(); s = B->ExitBootServices(0, k + 5); P("null_handle_wrong_key", "%r %s", s, logb);
  P("st_kept", "%y %y", S->bs == B, S->conOut != 0);
  lz(); B->SetTimer(e[6], 2, 100000); B->Stall(50000); P("timer_dead", "%s", logb); B->SetTimer(e[6], 2, 0); P("timer_zero", "%s", logb); { u32 c; P("services", "%r %r", B->Crc32(&k, 8, &c), B->CheckEvent(e[5])); u64 a = 0; lz(); P("alloc", "%r", B->AllocatePages(0, 2, 1, &a)); P("alloc_log", "%s", logb); void *p; P("pool", "%r", B->AllocatePool(2, 10, &p)); P("proto", "%r", B->LocateProtocol(&gDpUtil, 0, &p)); H h = 0; P("install", "%r", B->Install(&h, &gA, 0, &k)); P("con", "%r", S->conOut->OutputString(S->conOut, L"x")); }
  k = gk(); u64 a = 0; B->AllocatePages(0, 2, 1, &a); P("alloc_between", "%r", B->ExitBootServices(IH, k)); k = gk(); B->FreePages(a, 1); P("free_between", "%r", B->ExitBootServices(IH, k)); k = gk(); { void *p; B->AllocatePool(2, 8, &p); B->FreePool(p); } 
  { u64 o = B->RaiseTPL(8); k = gk(); lz(); s = B->ExitBootServices(IH, k + 9); u64 d = logn; B->RestoreTPL(o); P("wrong_at_callback", "%r %d %s", s, d, logb); }
  u64 n = sizeof mapb, d; u32 v; s = B->GetMemoryMap(&n, mapb, &k, &d, &v); lz(); s = B->ExitBootServices((H)0x1234, k); P("right", "%r %s tpl=%d", s, logb, tplseen);
  { u64 f; __asm__ volatile("pushfq; pop %0" : "=r"(f)); P("if", "%d", (f >> 9) & 1); } P("st", "%y %y %y %y %y %y", S->bs == 0, S->conIn == 0, S->conOut == 0, S->err == 0, S->conInH == 0, S->errH == 0); P("cfg", "%y", S->n > 0 && S->cfg != 0);
  { u32 z = 0; for (u64 i = 0; i < sizeof(BS); i++) z |= ((u8 *)B)[i]; P("bs_zero", "%y", z == 0); }
  { Time t; P("gettime", "%r", R->GetTime(&t, 0)); P("gettime_null", "%r", R->GetTime(0, 0)); u32 h; P("high", "%r %r", R->GetNextHigh(&h), R->GetNextHigh(0)); u64 m, r, x; P("qvi", "%r %r %r", R->QueryVariableInfo(7, &m, &r, &x), R->QueryVariableInfo(2, &m, &r, &x), R->QueryVariableInfo(6, &m, &r, &x)); }
  { static G V = {0xB0000003,1,2,{3}}; P("setnv", "%r", R->SetVariable(L"N", &V, 7, 3, "abc")); u64 z = 10; u32 at = 0; u8 b[10]; s = R->GetVariable(L"N", &V, &at, &z, b); P("getnv", "%r %x %d", s, at, z); P("setnv_bsrt_append", "%r", R->SetVariable(L"N", &V, 0x47, 2, "de")); P("setnv_noacc", "%r", R->SetVariable(L"M", &V, 5, 1, "a")); P("delnv", "%r", R->SetVariable(L"N", &V, 7, 0, 0)); P("setv", "%r %r %r", R->SetVariable(L"V", &V, 6, 1, "a"), R->SetVariable(L"V", &V, 2, 1, "a"), R->SetVariable(L"V", &V, 3, 1, "a")); z = 10; P("get_secureboot", "%r", R->GetVariable(L"SecureBoot", &gGlobal, 0, &z, b)); z = 10; P("get_missing", "%r", R->GetVariable(L"Nope", &V, 0, &z, b)); P("set_ro", "%r", R->SetVariable(L"SecureBoot", &gGlobal, 6, 1, "a")); P("platlang", "%r", R->SetVariable(L"PlatformLang", &gGlobal, 7, 3, "en")); P("platcodes", "%r", R->SetVariable(L"PlatformLangCodes", &gGlobal, 6, 3, "en")); }
  { void *p = &k; P("convert_before", "%r %r", R->ConvertPointer(0, &p), R->ConvertPointer(1, 0)); void *z = 0; P("convert_null", "%r %r", R->ConvertPointer(0, &z), R->ConvertPointer(1, &z)); P("svam_bad", "%r %r", R->SetVirtualAddressMap(48, 48, 2, mapb), R->SetVirtualAddressMap(48, 39, 1, mapb)); u64 cm; u32 ct; P("capsule", "%r %r", R->UpdateCapsule(0, 0, 0), R->QueryCapsule(0, 0, &cm, &cm)); Time t; u8 en, pe; P("wakeup", "%r", R->GetWakeup(&en, &pe, &t)); }
}
