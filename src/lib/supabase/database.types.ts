export type Json =
  | string
  | number
  | boolean
  | null
  | { [key: string]: Json | undefined }
  | Json[]

export type Database = {
  public: {
    Tables: {
      ai_models: {
        Row: {
          created_at: string
          dataset_id: string | null
          id: string
          name: string
          target: string
          updated_at: string
          user_id: string
        }
        Insert: {
          created_at?: string
          dataset_id?: string | null
          id?: string
          name: string
          target: string
          updated_at?: string
          user_id?: string
        }
        Update: {
          created_at?: string
          dataset_id?: string | null
          id?: string
          name?: string
          target?: string
          updated_at?: string
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "ai_models_dataset"
            columns: ["dataset_id", "user_id"]
            isOneToOne: false
            referencedRelation: "datasets"
            referencedColumns: ["id", "user_id"]
          },
        ]
      }
      audit_log: {
        Row: {
          act: string
          actor_email: string | null
          actor_id: string | null
          after: Json | null
          at: string
          before: Json | null
          id: number
          reason: string | null
          request_id: string | null
          subject_email: string | null
          subject_id: string | null
          via: string
        }
        Insert: {
          act: string
          actor_email?: string | null
          actor_id?: string | null
          after?: Json | null
          at?: string
          before?: Json | null
          id?: never
          reason?: string | null
          request_id?: string | null
          subject_email?: string | null
          subject_id?: string | null
          via?: string
        }
        Update: {
          act?: string
          actor_email?: string | null
          actor_id?: string | null
          after?: Json | null
          at?: string
          before?: Json | null
          id?: never
          reason?: string | null
          request_id?: string | null
          subject_email?: string | null
          subject_id?: string | null
          via?: string
        }
        Relationships: []
      }
      datasets: {
        Row: {
          bytes: number
          columns: NonNullable<Json>
          content: string
          created_at: string
          digest: string
          id: string
          name: string
          row_count: number
          user_id: string
        }
        Insert: {
          bytes?: never
          columns: NonNullable<Json>
          content: string
          created_at?: string
          digest?: never
          id?: string
          name: string
          row_count: number
          user_id?: string
        }
        Update: {
          bytes?: never
          columns?: NonNullable<Json>
          content?: string
          created_at?: string
          digest?: never
          id?: string
          name?: string
          row_count?: number
          user_id?: string
        }
        Relationships: []
      }
      import_files: {
        Row: {
          byte_size: number | null
          chunk_count: number
          complete: boolean
          created_at: string
          created_by: string | null
          delimiter: string | null
          encoding: string | null
          header: string[] | null
          id: string
          last_line: number
          line_count: number
          name: string
          organization_id: string
          stored_bytes: number
        }
        Insert: {
          byte_size?: number | null
          chunk_count?: number
          complete?: boolean
          created_at?: string
          created_by?: string | null
          delimiter?: string | null
          encoding?: string | null
          header?: string[] | null
          id?: string
          last_line?: number
          line_count?: number
          name: string
          organization_id: string
          stored_bytes?: number
        }
        Update: {
          byte_size?: number | null
          chunk_count?: number
          complete?: boolean
          created_at?: string
          created_by?: string | null
          delimiter?: string | null
          encoding?: string | null
          header?: string[] | null
          id?: string
          last_line?: number
          line_count?: number
          name?: string
          organization_id?: string
          stored_bytes?: number
        }
        Relationships: [
          {
            foreignKeyName: "import_files_organization_id_fkey"
            columns: ["organization_id"]
            isOneToOne: false
            referencedRelation: "organizations"
            referencedColumns: ["id"]
          },
        ]
      }
      inventory_items: {
        Row: {
          category: string | null
          created_at: string
          id: string
          import_id: string | null
          location: string | null
          name: string
          note: string | null
          organization_id: string
          price: number | null
          quantity: number | null
          sku: string
          updated_at: string
          version: number
        }
        Insert: {
          category?: string | null
          created_at?: string
          id?: string
          import_id?: string | null
          location?: string | null
          name: string
          note?: string | null
          organization_id: string
          price?: number | null
          quantity?: number | null
          sku: string
          updated_at?: string
          version?: number
        }
        Update: {
          category?: string | null
          created_at?: string
          id?: string
          import_id?: string | null
          location?: string | null
          name?: string
          note?: string | null
          organization_id?: string
          price?: number | null
          quantity?: number | null
          sku?: string
          updated_at?: string
          version?: number
        }
        Relationships: [
          {
            foreignKeyName: "inventory_items_organization_id_fkey"
            columns: ["organization_id"]
            isOneToOne: false
            referencedRelation: "organizations"
            referencedColumns: ["id"]
          },
        ]
      }
      invitations: {
        Row: {
          created_at: string
          created_by: string | null
          email: string | null
          expires_at: string
          id: string
          organization_id: string
          revoked_at: string | null
          role: string
          secret_hash: string
          used_at: string | null
          used_by: string | null
        }
        Insert: {
          created_at?: string
          created_by?: string | null
          email?: string | null
          expires_at?: string
          id?: string
          organization_id: string
          revoked_at?: string | null
          role: string
          secret_hash: string
          used_at?: string | null
          used_by?: string | null
        }
        Update: {
          created_at?: string
          created_by?: string | null
          email?: string | null
          expires_at?: string
          id?: string
          organization_id?: string
          revoked_at?: string | null
          role?: string
          secret_hash?: string
          used_at?: string | null
          used_by?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "invitations_organization_id_fkey"
            columns: ["organization_id"]
            isOneToOne: false
            referencedRelation: "organizations"
            referencedColumns: ["id"]
          },
        ]
      }
      memberships: {
        Row: {
          created_at: string
          organization_id: string
          role: string
          user_id: string
        }
        Insert: {
          created_at?: string
          organization_id: string
          role?: string
          user_id: string
        }
        Update: {
          created_at?: string
          organization_id?: string
          role?: string
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "memberships_organization_id_fkey"
            columns: ["organization_id"]
            isOneToOne: false
            referencedRelation: "organizations"
            referencedColumns: ["id"]
          },
        ]
      }
      notifications: {
        Row: {
          created_at: string
          data: NonNullable<Json>
          id: string
          kind: string
          read_at: string | null
          user_id: string
        }
        Insert: {
          created_at?: string
          data?: NonNullable<Json>
          id?: string
          kind: string
          read_at?: string | null
          user_id: string
        }
        Update: {
          created_at?: string
          data?: NonNullable<Json>
          id?: string
          kind?: string
          read_at?: string | null
          user_id?: string
        }
        Relationships: []
      }
      organizations: {
        Row: {
          created_at: string
          id: string
          name: string
          updated_at: string
        }
        Insert: {
          created_at?: string
          id?: string
          name: string
          updated_at?: string
        }
        Update: {
          created_at?: string
          id?: string
          name?: string
          updated_at?: string
        }
        Relationships: []
      }
      registration_failures: {
        Row: {
          attempts: number
          id: string
          last_occurred_at: string
          message: string
          occurred_at: string
          resolved_at: string | null
          resolved_by: string | null
          sqlstate: string
          stage: string
          user_id: string
        }
        Insert: {
          attempts?: number
          id?: string
          last_occurred_at?: string
          message: string
          occurred_at?: string
          resolved_at?: string | null
          resolved_by?: string | null
          sqlstate: string
          stage: string
          user_id: string
        }
        Update: {
          attempts?: number
          id?: string
          last_occurred_at?: string
          message?: string
          occurred_at?: string
          resolved_at?: string | null
          resolved_by?: string | null
          sqlstate?: string
          stage?: string
          user_id?: string
        }
        Relationships: []
      }
      scheduled_jobs: {
        Row: {
          created_at: string
          created_by: string | null
          decimal_mark: string
          details: string
          error_code: string | null
          file_id: string | null
          file_name: string
          finished_at: string | null
          header: string[]
          id: string
          job_type: string
          lines_added: number
          lines_done: number
          lines_refused: number
          lines_skipped: number
          lines_total: number
          lines_undone: number
          lines_updated: number
          mapping: NonNullable<Json>
          next_chunk: number
          on_known: string
          organization_id: string
          started_at: string | null
          status: string
          told_at: string | null
        }
        Insert: {
          created_at?: string
          created_by?: string | null
          decimal_mark?: string
          details?: string
          error_code?: string | null
          file_id?: string | null
          file_name?: string
          finished_at?: string | null
          header?: string[]
          id?: string
          job_type?: string
          lines_added?: number
          lines_done?: number
          lines_refused?: number
          lines_skipped?: number
          lines_total?: number
          lines_undone?: number
          lines_updated?: number
          mapping: NonNullable<Json>
          next_chunk?: number
          on_known?: string
          organization_id: string
          started_at?: string | null
          status?: string
          told_at?: string | null
        }
        Update: {
          created_at?: string
          created_by?: string | null
          decimal_mark?: string
          details?: string
          error_code?: string | null
          file_id?: string | null
          file_name?: string
          finished_at?: string | null
          header?: string[]
          id?: string
          job_type?: string
          lines_added?: number
          lines_done?: number
          lines_refused?: number
          lines_skipped?: number
          lines_total?: number
          lines_undone?: number
          lines_updated?: number
          mapping?: NonNullable<Json>
          next_chunk?: number
          on_known?: string
          organization_id?: string
          started_at?: string | null
          status?: string
          told_at?: string | null
        }
        Relationships: [
          {
            foreignKeyName: "scheduled_jobs_file"
            columns: ["file_id", "organization_id"]
            isOneToOne: false
            referencedRelation: "import_files"
            referencedColumns: ["id", "organization_id"]
          },
          {
            foreignKeyName: "scheduled_jobs_organization_id_fkey"
            columns: ["organization_id"]
            isOneToOne: false
            referencedRelation: "organizations"
            referencedColumns: ["id"]
          },
        ]
      }
      studio_jobs: {
        Row: {
          card: NonNullable<Json>
          created_at: string
          error: string | null
          finished_at: string | null
          id: string
          png: string | null
          png_complete: boolean | null
          progress: number
          public_token: string | null
          started_at: string | null
          state: string
          svg: string | null
          title: string
          user_id: string
        }
        Insert: {
          card: NonNullable<Json>
          created_at?: string
          error?: string | null
          finished_at?: string | null
          id?: string
          png?: string | null
          png_complete?: boolean | null
          progress?: number
          public_token?: string | null
          started_at?: string | null
          state?: string
          svg?: string | null
          title: string
          user_id: string
        }
        Update: {
          card?: NonNullable<Json>
          created_at?: string
          error?: string | null
          finished_at?: string | null
          id?: string
          png?: string | null
          png_complete?: boolean | null
          progress?: number
          public_token?: string | null
          started_at?: string | null
          state?: string
          svg?: string | null
          title?: string
          user_id?: string
        }
        Relationships: []
      }
      training_jobs: {
        Row: {
          accuracy: number | null
          created_at: string
          dataset_id: string | null
          epoch: number
          epochs: number
          error: string | null
          finished_at: string | null
          id: string
          loss: number | null
          metrics: NonNullable<Json>
          model_id: string
          note: string
          progress: number
          result: Json | null
          seed: number
          started_at: string | null
          state: string
          target: string
          user_id: string
        }
        Insert: {
          accuracy?: number | null
          created_at?: string
          dataset_id?: string | null
          epoch?: number
          epochs?: number
          error?: string | null
          finished_at?: string | null
          id?: string
          loss?: number | null
          metrics?: NonNullable<Json>
          model_id: string
          note?: string
          progress?: number
          result?: Json | null
          seed?: number
          started_at?: string | null
          state?: string
          target?: string
          user_id?: string
        }
        Update: {
          accuracy?: number | null
          created_at?: string
          dataset_id?: string | null
          epoch?: number
          epochs?: number
          error?: string | null
          finished_at?: string | null
          id?: string
          loss?: number | null
          metrics?: NonNullable<Json>
          model_id?: string
          note?: string
          progress?: number
          result?: Json | null
          seed?: number
          started_at?: string | null
          state?: string
          target?: string
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "training_jobs_dataset"
            columns: ["dataset_id", "user_id"]
            isOneToOne: false
            referencedRelation: "datasets"
            referencedColumns: ["id", "user_id"]
          },
          {
            foreignKeyName: "training_jobs_model"
            columns: ["model_id", "user_id"]
            isOneToOne: false
            referencedRelation: "ai_models"
            referencedColumns: ["id", "user_id"]
          },
        ]
      }
      users: {
        Row: {
          avatar_hue: number
          created_at: string
          email: string | null
          id: string
          name: string
          role: string
          source: string
          suspended_at: string | null
          suspended_reason: string | null
          suspended_until: string | null
          updated_at: string
        }
        Insert: {
          avatar_hue?: number
          created_at?: string
          email?: string | null
          id: string
          name?: string
          role?: string
          source?: string
          suspended_at?: string | null
          suspended_reason?: string | null
          suspended_until?: string | null
          updated_at?: string
        }
        Update: {
          avatar_hue?: number
          created_at?: string
          email?: string | null
          id?: string
          name?: string
          role?: string
          source?: string
          suspended_at?: string | null
          suspended_reason?: string | null
          suspended_until?: string | null
          updated_at?: string
        }
        Relationships: []
      }
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
      accept_invitation: { Args: { secret: string }; Returns: string }
      accept_my_invitation: { Args: { invitation_id: string }; Returns: string }
      add_import_lines: {
        Args: { p_file: string; p_lines: Json; p_number: number }
        Returns: undefined
      }
      admin_count_jobs: { Args: Record<PropertyKey, never>; Returns: Json }
      admin_delete_user: {
        Args: { email: string; reason?: string; user_id: string }
        Returns: undefined
      }
      admin_end_session: {
        Args: { reason?: string; session_id: string }
        Returns: boolean
      }
      admin_end_sessions: {
        Args: { reason?: string; user_id: string }
        Returns: number
      }
      admin_list_failures: {
        Args: { before?: string; page_size?: number; resolved?: boolean }
        Returns: Json
      }
      admin_list_jobs: {
        Args: { offset?: number; page_size?: number; state?: string }
        Returns: Json
      }
      admin_list_users: {
        Args: {
          backward?: boolean
          confirmed?: boolean
          created_from?: string
          created_to?: string
          cursor?: string
          descending?: boolean
          has_profile?: boolean
          page_size?: number
          provider?: string
          role?: string
          search?: string
          sort?: string
          suspended?: boolean
        }
        Returns: Json
      }
      admin_overview: { Args: { days?: number }; Returns: Json }
      admin_pause_kind: {
        Args: { kind: string; paused: boolean }
        Returns: undefined
      }
      admin_record: {
        Args: { act: string; email?: string; reason?: string; user_id?: string }
        Returns: undefined
      }
      admin_repair_profile: { Args: { user_id: string }; Returns: Json }
      admin_repair_profiles: {
        Args: { batch?: number; cursor?: string }
        Returns: Json
      }
      admin_restore_user: {
        Args: { reason?: string; user_id: string }
        Returns: boolean
      }
      admin_retry_job: { Args: { job_id: number }; Returns: undefined }
      admin_set_role: {
        Args: { reason?: string; role: string; user_id: string }
        Returns: boolean
      }
      admin_show_user: { Args: { user_id: string }; Returns: Json }
      admin_suspend_user: {
        Args: { reason: string; until?: string; user_id: string }
        Returns: number
      }
      cancel_import: { Args: { p_job: string }; Returns: boolean }
      cancel_studio_job: { Args: { card_id: string }; Returns: boolean }
      check_import: {
        Args: {
          p_chunks: number
          p_decimal_mark: string
          p_file: string
          p_from_chunk: number
          p_mapping: Json
        }
        Returns: Json
      }
      claim_jobs: {
        Args: {
          count: number
          kinds: string[]
          lease_seconds: number
          worker: string
        }
        Returns: {
          attempt: number
          id: number
          kind: string
          subject_id: string
          token: number
        }[]
      }
      create_organization: { Args: { name: string }; Returns: string }
      create_studio_job: {
        Args: { card: Json; title: string; user_id: string }
        Returns: string
      }
      decline_my_invitation: {
        Args: { invitation_id: string }
        Returns: boolean
      }
      delete_my_account: {
        Args: Record<PropertyKey, never>
        Returns: undefined
      }
      delete_organization: {
        Args: { name: string; organization_id: string }
        Returns: undefined
      }
      delete_studio_job: { Args: { card_id: string }; Returns: undefined }
      end_my_other_sessions: {
        Args: Record<PropertyKey, never>
        Returns: number
      }
      end_my_session: { Args: { session_id: string }; Returns: boolean }
      export_my_data: { Args: Record<PropertyKey, never>; Returns: Json }
      extend_leases: {
        Args: { ids: number[]; lease_seconds: number; tokens: number[] }
        Returns: number[]
      }
      fail_job: {
        Args: { error: string; hopeless: boolean; id: number; token: number }
        Returns: boolean
      }
      finish_import_file: {
        Args: {
          p_byte_size: number
          p_delimiter: string
          p_encoding: string
          p_file: string
          p_header: string[]
          p_line_count: number
        }
        Returns: undefined
      }
      finish_jobs: {
        Args: { ids: number[]; tokens: number[] }
        Returns: number[]
      }
      finish_studio_job: {
        Args: {
          job_id: number
          png: string
          png_complete: boolean
          svg: string
          token: number
        }
        Returns: undefined
      }
      finish_training: {
        Args: { job_id: number; result: Json; token: number }
        Returns: undefined
      }
      hand_over_organization: {
        Args: { organization_id: string; user_id: string }
        Returns: undefined
      }
      import_chunk: {
        Args: { job_id: number; token: number }
        Returns: boolean
      }
      invite_to_organization: {
        Args: { email?: string; organization_id: string; role: string }
        Returns: string
      }
      is_admin: { Args: Record<PropertyKey, never>; Returns: boolean }
      is_service_role: { Args: Record<PropertyKey, never>; Returns: boolean }
      leave_organization: {
        Args: { organization_id: string }
        Returns: undefined
      }
      list_members: {
        Args: { organization_id: string }
        Returns: {
          avatar_hue: number
          created_at: string
          email: string
          name: string
          role: string
          user_id: string
        }[]
      }
      list_my_invitations: {
        Args: Record<PropertyKey, never>
        Returns: {
          expires_at: string
          id: string
          invited_by: string
          organization: string
          role: string
        }[]
      }
      list_my_losses: { Args: Record<PropertyKey, never>; Returns: Json }
      list_my_sessions: { Args: Record<PropertyKey, never>; Returns: Json }
      list_refused_lines: {
        Args: { p_after_line: number; p_job: string; p_limit: number }
        Returns: {
          field: string
          fields: string[]
          line: number
          reason: string
        }[]
      }
      live_feed: {
        Args: { after: Json; joining: Json; sessions: string[] }
        Returns: Json
      }
      live_session: { Args: Record<PropertyKey, never>; Returns: string }
      make_admin: { Args: { email: string }; Returns: boolean }
      me: { Args: Record<PropertyKey, never>; Returns: Json }
      note_my_session: {
        Args: { ip: string; user_agent: string }
        Returns: undefined
      }
      preview_import: {
        Args: {
          p_decimal_mark: string
          p_file: string
          p_limit: number
          p_mapping: Json
        }
        Returns: {
          category: string
          field: string
          known: boolean
          line: number
          location: string
          name: string
          note: string
          price: number
          quantity: number
          reason: string
          sku: string
        }[]
      }
      release_jobs: {
        Args: { ids: number[]; tokens: number[] }
        Returns: number[]
      }
      remove_member: {
        Args: { organization_id: string; user_id: string }
        Returns: undefined
      }
      rename_organization: {
        Args: { name: string; organization_id: string }
        Returns: undefined
      }
      report_registration_failure: {
        Args: { message: string; sqlstate: string }
        Returns: undefined
      }
      report_studio_job: {
        Args: { job_id: number; progress: number; token: number }
        Returns: undefined
      }
      report_training: {
        Args: { job_id: number; points: Json; token: number }
        Returns: undefined
      }
      revoke_invitation: { Args: { invitation_id: string }; Returns: boolean }
      sample_import_lines: {
        Args: { p_file: string; p_limit: number }
        Returns: Json
      }
      schema_version: { Args: Record<PropertyKey, never>; Returns: string }
      set_member_role: {
        Args: { organization_id: string; role: string; user_id: string }
        Returns: boolean
      }
      share_card: { Args: { card_id: string }; Returns: string }
      shared_card: {
        Args: { token: string }
        Returns: {
          card: Json
          png: string
          svg: string
          title: string
        }[]
      }
      shown_invitation: {
        Args: { secret: string }
        Returns: {
          for_email: boolean
          invited_by: string
          member_of: string
          organization: string
          role: string
          state: string
        }[]
      }
      stop_training: { Args: { id: string }; Returns: boolean }
      undo_import: { Args: { p_job: string }; Returns: undefined }
      unshare_card: { Args: { card_id: string }; Returns: boolean }
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] &
        DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] &
        DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R
      }
      ? R
      : never
    : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I
      }
      ? I
      : never
    : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U
      }
      ? U
      : never
    : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends (DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never) = never,
> = DefaultSchemaEnumNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
    : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends (PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never) = never,
> = PublicCompositeTypeNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
    : never

export const Constants = {
  public: {
    Enums: {},
  },
} as const
