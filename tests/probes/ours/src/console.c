#define FAMILY "console"
#include "probe.h"
#define M S->conOut->Mode
static void probe(void) {
  TextOut *o = S->conOut; TextIn *in = S->conIn; st s; u64 c, r; Key k;
  P("mode_null", "%y", M != 0); P("max_attr", "%y %x", M->max > 0, M->attr);
  s = o->SetMode(o, 0); P("setmode0", "%r mode=%d col=%d row=%d attr=%x vis=%d", s, M->mode, M->col, M->row, M->attr, M->vis);
  o->SetAttribute(o, 0x1e); o->EnableCursor(o, 0); o->OutputString(o, L"abc"); s = o->SetMode(o, 0); P("setmode0_again", "%r col=%d row=%d attr=%x vis=%d", s, M->col, M->row, M->attr, M->vis);
  o->EnableCursor(o, 1); o->OutputString(o, L"abc"); s = o->Reset(o, 0); P("reset", "%r mode=%d col=%d row=%d attr=%x vis=%d", s, M->mode, M->col, M->row, M->attr, M->vis); o->SetAttribute(o, 0x1e); s = o->Reset(o, 1); P("reset_ext", "%r attr=%x", s, M->attr);
  o->SetMode(o, 0); P("query_neg", "%r %r", o->QueryMode(o, ~0ull, &c, &r), o->QueryMode(o, 1000, &c, &r)); P("setmode_bad", "%r mode=%d", o->SetMode(o, 1000), M->mode);
  static u16 t1[] = {'a', 0x2500, 0}, t2[] = {0x4e2d, 0}, t3[] = {0xe9, 0}, t4[] = {1, 0}, t5[] = {0x2588, 0x25ba, 0}, t6[] = {0x7f, 0}, t7[] = {0xfff0, 0}, t8[] = {13, 10, 8, 0}, t9[] = {0x1b, 0}, t10[] = {9, 0};
  P("test", "%r %r %r %r %r %r %r %r %r %r", o->TestString(o, t1), o->TestString(o, t2), o->TestString(o, t3), o->TestString(o, t4), o->TestString(o, t5), o->TestString(o, t6), o->TestString(o, t7), o->TestString(o, t8), o->TestString(o, t9), o->TestString(o, t10));
  o->ClearScreen(o); s = o->OutputString(o, t1); P("out_box", "%r col=%d", s, M->col); s = o->OutputString(o, t3); P("out_latin", "%r col=%d", s, M->col); o->ClearScreen(o); s = o->OutputString(o, t10); P("out_tab", "%r col=%d", s, M->col);
  o->ClearScreen(o); s = o->OutputString(o, L"\n"); P("lf_only", "%d,%d", M->col, M->row); o->OutputString(o, L"ab\r\ncd"); P("crlf", "%d,%d", M->col, M->row); o->OutputString(o, L"\b\b\b"); P("bs", "%d,%d", M->col, M->row); o->OutputString(o, L"\r\r"); P("cr", "%d,%d", M->col, M->row);
  o->SetCursorPosition(o, 0, 2); o->OutputString(o, L"\b"); P("bs_col0", "%d,%d", M->col, M->row); o->SetCursorPosition(o, 0, 0); o->OutputString(o, L"\b"); P("bs_home", "%d,%d", M->col, M->row);
  o->SetCursorPosition(o, 79, 3); P("pos_last", "%d,%d", M->col, M->row); o->OutputString(o, L"x"); P("wrap", "%d,%d", M->col, M->row); o->SetCursorPosition(o, 78, 3); o->OutputString(o, L"xyz"); P("wrap3", "%d,%d", M->col, M->row); o->SetCursorPosition(o, 79, 5); o->OutputString(o, L"x\r\n"); P("wrap_crlf", "%d,%d", M->col, M->row);
  o->SetCursorPosition(o, 0, 24); P("pos_bottom", "%d,%d", M->col, M->row); o->OutputString(o, L"\n"); P("lf_bottom", "%d,%d", M->col, M->row); o->SetCursorPosition(o, 79, 24); o->OutputString(o, L"x"); P("wrap_bottom", "%d,%d", M->col, M->row); P("pos_bad", "%r %r %r", o->SetCursorPosition(o, 80, 0), o->SetCursorPosition(o, 0, 25), o->SetCursorPosition(o, ~0ull, 0));
  s = o->ClearScreen(o); P("clear", "%r %d,%d", s, M->col, M->row); P("attr", "%r %r %r %r", o->SetAttribute(o, 0), o->SetAttribute(o, 0x7f), o->SetAttribute(o, 0x80), o->SetAttribute(o, ~0ull)); P("attr_is", "%x", M->attr); o->SetAttribute(o, 0x07);
  P("cursor", "%r %d %r %d", o->EnableCursor(o, 0), M->vis, o->EnableCursor(o, 1), M->vis); P("empty", "%r", o->OutputString(o, L""));
  { u64 old = B->RaiseTPL(16); s = o->OutputString(o, L"n"); st s2 = o->SetCursorPosition(o, 1, 1); B->RestoreTPL(old); P("at_notify", "%r %r", s, s2); }
  P("err_differs", "%y %y", S->err != 0, S->errH != 0); { void *p; P("handles", "%r %r %r", B->HandleProtocol(S->conOutH, &S->conOut ? &gTextIn : 0, &p), B->HandleProtocol(S->conInH, &gTextIn, &p), B->HandleProtocol(S->conInH, &gTextInEx, &p)); }
  /* input */
  P("in_reset", "%r %r", in->Reset(in, 0), in->Reset(in, 1)); k.scan = 7; k.ch = 7; s = in->ReadKeyStroke(in, &k); P("in_none", "%r scan=%d ch=%d", s, k.scan, k.ch); P("in_event", "%r", B->CheckEvent(in->wait)); P("in_null", "%r", in->ReadKeyStroke(in, 0));
  TextInEx *x; if (!B->HandleProtocol(S->conInH, &gTextInEx, &x)) { KeyData d; memset(&d, 7, sizeof d); s = x->ReadKeyStrokeEx(x, &d); P("ex_none", "%r scan=%d ch=%d", s, d.key.scan, d.key.ch); P("ex_event", "%r same=%y", B->CheckEvent(x->wait), x->wait == in->wait); P("ex_null", "%r %r", x->ReadKeyStrokeEx(x, 0), x->SetState(x, 0)); u8 t = 0x80; P("ex_state", "%r", x->SetState(x, &t)); t = 0; P("ex_state0", "%r", x->SetState(x, &t)); t = 0x40; P("ex_state40", "%r", x->SetState(x, &t)); P("ex_reset", "%r", x->Reset(x, 0)); H nh = 0; KeyData kd; memset(&kd, 0, sizeof kd); kd.key.ch = 'q'; s = x->RegisterKeyNotify(x, &kd, (void *)probe, &nh); P("ex_reg", "%r %y", s, nh != 0); P("ex_reg_null", "%r %r %r", x->RegisterKeyNotify(x, 0, (void *)probe, &nh), x->RegisterKeyNotify(x, &kd, 0, &nh), x->RegisterKeyNotify(x, &kd, (void *)probe, 0)); P("ex_unreg", "%r", x->UnregisterKeyNotify(x, nh)); P("ex_unreg_null", "%r", x->UnregisterKeyNotify(x, 0)); }
  { H w[2]; u64 i; H tm; B->CreateEvent(0x80000000, 0, 0, 0, &tm); B->SetTimer(tm, 2, 300000); w[0] = in->wait; w[1] = tm; s = B->WaitForEvent(2, w, &i); P("wait_key_or_timer", "%r %d", s, i); }
}
